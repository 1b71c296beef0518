"""Digests by command. The one rule: a schedule is kept only as it was understood, and said back with its next time."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.blocks import say
from bot.blocks.message import Message
from bot.blocks.text import coded, join, phrase, when
from bot.cutover import CutoverClient
from bot.digest import schedule
from bot.digest.run import Digests
from bot.identity import Policy, Right
from bot.slack.answer import Answer
from bot.store import Link, Links
from handlers import grammar
from handlers.ask import Ask
from handlers.routes import Routes
from handlers.watching import linked, zone_of

routes = Routes()
_USAGE = "`every 30m`, `at 09:00 mon-fri`, `now` or `off`."


@routes.command("cutover", "digest", "now | every 30m | at 09:00 mon-fri | off")
async def set_digest(
    ask: Ask, answer: Answer, links: Links, client: CutoverClient, digests: Digests, policy: Policy
) -> None:
    """Post a digest of the run now, or choose when one is posted here."""
    link, words = linked(ask, links), grammar.unquoted(ask.words)
    if words.casefold() in ("", "status", "?"):
        await answer.say(_state(link, ask.now))
        return
    await policy.check(ask.wish.actor, Right.LINKS, ask.channel_id)
    if words.casefold() == "now":
        policy.check_post(link.runbook_id, link.linked_by)
        await digests.post_now(link, ask.wish.once)
    elif words.casefold() in ("off", "stop", "none"):
        await digests.save(link, msgspec.structs.replace(link.hearing, digest=""))
        await answer.say(_off(link))
    else:
        spec = schedule.parse(words)
        zone = await zone_of(link, client)
        hearing = msgspec.structs.replace(link.hearing, digest=schedule.text(spec), timezone=zone)
        schedule.check(hearing)
        await digests.save(link, hearing)
        await answer.say(_set(hearing.digest, zone, ask.now))


def _set(digest: str, zone: str, now: datetime) -> Message:
    spec, where = schedule.parse(digest), schedule.zone(zone)
    told = phrase("This channel gets a digest {when}.", when=schedule.sentence(spec, where))
    first = phrase("The first one comes at {at}.", at=when(schedule.next_slot(spec, where, now), now))
    return say.done(join(" ", [told, first]), hint="`/cutover digest off` ends them.")


def _off(link: Link) -> Message:
    if not link.hearing.digest:
        return say.note("ℹ️ This channel gets no digests.", f"To have them: {_USAGE}")
    return say.done("No more digests in this channel.")


def _state(link: Link, now: datetime) -> Message:
    if not link.hearing.digest:
        return say.note("ℹ️ This channel gets no digests.", f"To have them: {_USAGE}")
    spec, where = schedule.parse(link.hearing.digest), schedule.zone(link.hearing.timezone)
    told = phrase("🗞️ This channel gets a digest {when}.", when=schedule.sentence(spec, where))
    then = phrase("The next one comes at {at}.", at=when(schedule.next_slot(spec, where, now), now))
    return say.note(join(" ", [told, then]), coded(f"To change it: {_USAGE}"))
