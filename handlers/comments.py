"""Comments, typed or made from a Slack message. The one rule: Cutover gets the words, who said them and where."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, Final

from bot.actions import EditActions
from bot.blocks import modals, say
from bot.blocks.forms import CommentForm
from bot.blocks.html import readable, to_html, typed_html
from bot.blocks.ids import ActionId, ShortcutId, ViewId
from bot.blocks.message import View
from bot.blocks.text import literal_lines, phrase
from bot.blocks.values import CommentMeta, RunbookValue, TaskValue
from bot.cutover import CutoverClient
from bot.errors import BadInput, BotError, NotFound, SlackError
from bot.model import Text
from bot.slack.answer import Answer
from bot.slack.people import People
from bot.slack.web import SlackWeb
from bot.store import Links
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.forms import show_form
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()
_TITLE = "Add a comment"
_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]{2,30})>")
_MOST_NAMES: Final = 20


@routes.command("runbook", "comment", "<text>")
async def comment_runbook(
    ask: Ask, answer: Answer, targets: Targets, edits: EditActions, client: CutoverClient, people: People
) -> None:
    """Add a comment to the linked runbook."""
    runbook_id = targets.runbook_id(ask, ask.words)
    if not ask.words:
        await show_form(answer, _TITLE, _form(ask, client, runbook_id))
        return
    content = to_html(ask.words, names=await mentioned(people, ask.words))
    await edits.comment(ask.wish, runbook_id, "", content)
    await answer.say(say.done("The comment is in the runbook."))


@routes.command("task", "comment", "<task> <text>")
async def comment_task(
    ask: Ask, answer: Answer, targets: Targets, edits: EditActions, client: CutoverClient, people: People
) -> None:
    """Add a comment to a task."""
    target, text = grammar.split_target(ask.words)
    if target and not text and ask.delivery.trigger_id:
        targets.runbook_id(ask, ask.words)

        async def form() -> View:
            task = await targets.task(ask, target)
            return await _form(ask, client, task.runbook_id, task.id)

        await show_form(answer, _TITLE, form())
        return
    task = await targets.task(ask, target, rest=text, question="Which task is the comment about?")
    content = to_html(text, names=await mentioned(people, text))
    await edits.comment(ask.wish, task.runbook_id, task.id, content)
    await answer.say(say.done(phrase("The comment is on {task}.", task=task.name), buttons=say.task_buttons(task)))


@routes.action(ActionId.TASK_COMMENT)
async def press_comment_task(ask: Ask, answer: Answer, client: CutoverClient) -> None:
    value = ask.value(TaskValue)
    await show_form(answer, _TITLE, _form(ask, client, value.r, value.t), (ActionId.TASK_COMMENT, value))


@routes.action(ActionId.RUNBOOK_COMMENT)
async def press_comment_runbook(ask: Ask, answer: Answer, client: CutoverClient) -> None:
    value = ask.value(RunbookValue)
    await show_form(answer, _TITLE, _form(ask, client, value.r), (ActionId.RUNBOOK_COMMENT, value))


async def _form(ask: Ask, client: CutoverClient, runbook_id: str, task_id: str = "") -> View:
    runbook = await client.get_runbook(runbook_id)
    task = await client.get_runbook_task(runbook_id, task_id) if task_id else None
    meta = CommentMeta(r=runbook_id, t=task_id or None, channel=ask.channel_id)
    return modals.comment(meta=meta, runbook=runbook, task=task)


@routes.shortcut(ShortcutId.COMMENT_FROM_MESSAGE)
async def comment_from_message(
    ask: Ask, answer: Answer, client: CutoverClient, links: Links, people: People, slack: SlackWeb
) -> None:
    await show_form(answer, _TITLE, _message_form(ask, client, links, people, slack))


async def _message_form(ask: Ask, client: CutoverClient, links: Links, people: People, slack: SlackWeb) -> View:
    delivery = ask.delivery
    text = delivery.message.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadInput("This message has no text to keep.", "Pick a message with words in it.")
    try:
        found = await slack.call("chat.getPermalink", channel=delivery.channel_id, message_ts=delivery.message_ts)
    except SlackError:  # the bot is not in that channel: the comment goes without a link
        found = {}
    link = links.of(ask.team_id, ask.channel_id)
    runbook = await client.get_runbook(link.runbook_id) if link else None
    meta = CommentMeta(
        permalink=str(found.get("permalink", "")),
        source_ts=delivery.message_ts,
        author=str(delivery.message.get("user") or ""),
        channel=ask.channel_id,
    )
    return modals.comment(meta=meta, runbook=runbook, text=Text(readable(text, await mentioned(people, text))))


async def mentioned(people: People, text: str) -> dict[str, str]:
    """Names of the people whom `text` mentions by id: in Cutover nobody knows Slack's ids."""
    ids = list(dict.fromkeys(_MENTION.findall(text)))[:_MOST_NAMES]
    return {one: (await people.member(one)).name.raw for one in ids}


def _read(view: Mapping[str, Any]) -> Any:
    return modals.read_comment(state_of(view))


@routes.submit(ViewId.COMMENT, _read)
async def submit_comment(
    ask: Ask, answer: Answer, form: CommentForm, edits: EditActions, client: CutoverClient, people: People
) -> None:
    meta = ask.meta(CommentMeta)
    runbook_id, task_id = form.runbook_id or meta.r, form.task_id or meta.t or ""
    if not runbook_id:
        raise BadInput("No runbook was chosen, so nothing was added.")
    try:
        task = await client.get_runbook_task(runbook_id, task_id) if task_id else None
    except NotFound:
        raise BadInput("The task is not of the runbook that was chosen, so nothing was added.") from None
    content = typed_html(form.text.raw)
    if meta.source_ts:
        who = f"{(await people.member(meta.author)).name.raw} in Slack:" if meta.author else "In Slack:"
        link = f"<p>{html.escape(meta.permalink)}</p>" if meta.permalink else ""
        content = f"<p>{html.escape(who)}</p>{content}{link}"
    try:
        await edits.comment(ask.wish, runbook_id, task_id, content)
    except BotError:  # the form is closed by now, and what was typed would be gone with it
        await answer.say(
            say.note(phrase("📝 These were your words:\n{text}", text=literal_lines(form.text, 2_500, 60)))
        )
        raise
    said = phrase("The comment is on {task}.", task=task.name) if task else "The comment is in the runbook."
    await answer.say(say.done(said, buttons=say.task_buttons(task) if task else ()))
