"""Bind channels to runbooks. The one rule: a link is saved only after a post in the channel has worked."""

from __future__ import annotations

from dataclasses import replace

from bot.blocks import announce, picks, say
from bot.blocks.text import channel, phrase
from bot.errors import BadInput, SlackError, StoreUnavailable
from bot.identity import Policy, Right
from bot.journal import Journal
from bot.model import Runbook
from bot.outbox import Outbox
from bot.settings import Settings
from bot.slack.answer import Answer
from bot.slack.web import SlackOutcomeUnknown
from bot.store import Link, Links
from handlers import grammar
from handlers.ask import Ask, Choose
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()
_OUTSIDE = frozenset({"not_in_channel", "channel_not_found"})
_LATER = frozenset({"ratelimited", "unreachable", "internal_error", "fatal_error", "service_unavailable"})


@routes.command("cutover", "link", "<runbook>")
async def link_channel(
    ask: Ask,
    answer: Answer,
    targets: Targets,
    links: Links,
    outbox: Outbox,
    settings: Settings,
    policy: Policy,
    journal: Journal,
) -> None:
    """Bind this channel to a runbook, so that commands here mean it."""
    words = grammar.unquoted(ask.words)
    if not words and not ask.runbook_id and (known := links.of(ask.team_id, ask.channel_id)):
        hint = "Name another runbook to bind the channel to that one."
        await answer.say(say.note(phrase("This channel is linked to {name}.", name=known.runbook_name), hint))
        return
    await policy.check(ask.wish.actor, Right.LINKS, ask.channel_id, "link this channel to a runbook")
    if not words and not ask.runbook_id:
        raise Choose(picks.ask_runbook("Which runbook do you want to link to this channel?", ask.pick()))
    runbook = await targets.runbook(ask, words)
    policy.check_post(runbook.id, ask.user_id)
    await _bind(ask, runbook, links, outbox, settings, journal)
    if answer.redraws:
        said = phrase("Linked {name} to {channel}.", name=runbook.name, channel=channel(ask.channel_id))
        await answer.say(say.done(said))


async def _bind(ask: Ask, runbook: Runbook, links: Links, outbox: Outbox, settings: Settings, journal: Journal) -> None:
    at = ask.now.timestamp()
    link = Link(ask.team_id, ask.channel_id, runbook.id, runbook.name, ask.user_id, at, "")
    with links.coming(link):
        try:
            ts = await outbox.deliver(f"link:{ask.wish.once}", ask.channel_id, announce.linked(runbook, ask.user_id))
        except SlackError as error:
            raise _refused(error, settings.bot_command_prefix) from error
        try:
            await links.save(replace(link, message_ts=ts))
        except StoreUnavailable:  # the post says what is not so
            await outbox.take_back(ask.channel_id, ts)
            raise
    journal.note("linked", ask.wish.actor, at, {"channel": ask.channel_id, "runbook": runbook.id})


@routes.command("cutover", "unlink")
async def unlink_channel(
    ask: Ask, answer: Answer, links: Links, outbox: Outbox, policy: Policy, journal: Journal
) -> None:
    """Take the runbook off this channel."""
    await policy.check(ask.wish.actor, Right.LINKS, ask.channel_id, "unlink this channel")
    link = await links.remove(ask.team_id, ask.channel_id)
    if link is None:
        raise BadInput("This channel is not linked to a runbook.", "Nothing was changed.")
    told = {"channel": ask.channel_id, "runbook": link.runbook_id}
    journal.note("unlinked", ask.wish.actor, ask.now.timestamp(), told)
    post = announce.unlinked(link.runbook_name, ask.user_id)
    try:
        await outbox.deliver(f"unlink:{ask.wish.once}", ask.channel_id, post)
    except SlackError:  # the bot may have left the channel long ago
        await answer.say(say.done(phrase("This channel is no longer linked to {name}.", name=link.runbook_name)))


def _refused(error: SlackError, prefix: str) -> BadInput:
    if error.error in _OUTSIDE:
        return BadInput(
            "The bot is not in this channel, so nothing was linked.",
            f"Type `/invite @cutover` here (the bot's name in your workspace), then `/{prefix}cutover link` again.",
        )
    if isinstance(error, SlackOutcomeUnknown) or error.error in _LATER:
        return BadInput(
            "Slack did not take the bot's post here, so nothing was linked.",
            f"Type `/{prefix}cutover link` again in a moment; until then a post that says otherwise is wrong.",
        )
    return BadInput(
        f"Slack does not let the bot post here ({error.error}), so nothing was linked.", "Try another channel."
    )
