"""Go/no-go polls. The one rule: a poll decides nothing by itself; a person finishes the task."""

from __future__ import annotations

from typing import Final

from bot.blocks import modals, say
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import View
from bot.blocks.modal_poll import PollForm, open_poll, read_poll
from bot.blocks.text import phrase
from bot.blocks.values import PollValue, TaskMeta, TaskValue
from bot.cutover import CutoverClient
from bot.errors import BadInput
from bot.identity import Policy, Right
from bot.model import Task
from bot.model.poll import Choice, Poll, Voter
from bot.polls import Polls
from bot.slack.answer import Answer
from bot.slack.people import People
from bot.store import Links
from bot.watch.people import Mentions
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.forms import show_form
from handlers.persons import cutover_person
from handlers.posting import check_post
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()
_TITLE: Final = "Go / no-go"
_CHOICES: Final = {
    ActionId.POLL_GO: Choice.GO,
    ActionId.POLL_NO: Choice.NO_GO,
    ActionId.POLL_ABSTAIN: Choice.ABSTAIN,
}


@routes.command("task", "poll", "<task>")
async def open_the_form(
    ask: Ask, answer: Answer, targets: Targets, mentions: Mentions, policy: Policy, links: Links
) -> None:
    """Open a go/no-go poll for a task: who decides, how many it takes, until when."""
    await _check(ask, policy, links)

    async def form() -> View:
        task = await targets.task(ask, grammar.unquoted(ask.words), question="Which task is decided on?")
        return await _form(ask, task, mentions)

    await show_form(answer, _TITLE, form())


@routes.action(ActionId.POLL_OPEN)
async def press_poll(
    ask: Ask, answer: Answer, client: CutoverClient, mentions: Mentions, policy: Policy, links: Links
) -> None:
    await _check(ask, policy, links)
    value = ask.value(TaskValue)

    async def form() -> View:
        return await _form(ask, await client.get_runbook_task(value.r, value.t), mentions)

    await show_form(answer, _TITLE, form(), (ActionId.POLL_OPEN, value))


async def _check(ask: Ask, policy: Policy, links: Links) -> None:
    """In a linked channel the bot is at home, so that the poll is seen there. Raises `BadInput`, `NotAllowed`."""
    await policy.check(ask.wish.actor, Right.WORK, ask.channel_id)
    if links.of(ask.team_id, ask.channel_id) is None:
        raise BadInput("A poll needs a channel that is linked to a runbook.", "`/cutover link` binds this one.")


async def _form(ask: Ask, task: Task, mentions: Mentions) -> View:
    if task.is_complete:
        raise BadInput("This task is over, so there is nothing to decide.")
    accounts = await mentions.of(task.assignees or ())
    meta = TaskMeta(r=task.runbook_id, t=task.id, channel=ask.channel_id)
    return open_poll(task, list(dict.fromkeys(accounts.values())), meta=meta)


@routes.submit(ViewId.POLL, lambda view: read_poll(state_of(view)), then=_TITLE)
async def submit_poll(
    ask: Ask,
    answer: Answer,
    form: PollForm,
    client: CutoverClient,
    people: People,
    polls: Polls,
    policy: Policy,
    links: Links,
) -> None:
    meta = ask.meta(TaskMeta)
    await check_post(ask, policy, links, meta.r, meta.channel)
    task = await client.get_runbook_task(meta.r, meta.t)
    poll = await _poll(ask, form, task, meta.channel, client, people)
    await polls.open(poll)
    said = phrase("The poll stands in the channel. {count} people are asked.", count=len(poll.voters))
    await answer.show(modals.notice(_TITLE, say.done(said)))


async def _poll(ask: Ask, form: PollForm, task: Task, channel: str, client: CutoverClient, people: People) -> Poll:
    voters = tuple([await _voter(client, people, user) for user in form.users])
    now = ask.now.timestamp()
    return Poll(
        key=ask.wish.once,
        team=ask.team_id,
        channel=channel,
        runbook=task.runbook_id,
        task=task.id,
        task_name=task.name.raw,
        question=form.question.raw,
        voters=voters,
        quorum=form.quorum or len(voters),
        by=ask.user_id,
        by_name=ask.wish.actor.name.raw,
        at=now,
        closes_at=now + form.seconds,
    )


async def _voter(client: CutoverClient, people: People, user: str) -> Voter:
    member = await people.member(user)
    if member.is_bot:
        raise BadInput("A bot cannot vote.", "Choose people.")
    person = await cutover_person(client, people, user)
    return Voter(user, member.name.raw, person.job_title.raw if person else "")


@routes.action(ActionId.POLL_GO, ActionId.POLL_NO, ActionId.POLL_ABSTAIN)
async def vote(ask: Ask, answer: Answer, polls: Polls) -> None:
    """The post itself shows the vote: nothing more is said."""
    choice = _CHOICES[ActionId(ask.delivery.name)]
    await polls.vote(ask.value(PollValue).k, ask.user_id, choice)


@routes.action(ActionId.POLL_CLOSE)
async def end_poll(ask: Ask, answer: Answer, polls: Polls) -> None:
    await polls.close(ask.value(PollValue).k, ask.user_id)
