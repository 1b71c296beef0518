"""What a linked channel hears. The one rule: settings belong to the link, and a mistake is told beside its field."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

import msgspec

from bot.blocks import modals, parts, say
from bot.blocks.hearing_words import hears
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message, View
from bot.blocks.modal_watch import WatchForm, WatchMeta, read_watch, watch
from bot.blocks.text import channel, join, phrase
from bot.blocks.values import HomeValue
from bot.cutover import Catalogue, CutoverClient
from bot.digest import schedule
from bot.digest.run import Digests
from bot.errors import BadInput, CutoverError, NotLinked
from bot.identity import Policy, Right
from bot.model import Stream
from bot.model.hearing import Hearing
from bot.slack.answer import Answer
from bot.store import Link, Links
from handlers.ask import Ask, state_of
from handlers.forms import show_form
from handlers.routes import Routes

routes = Routes()
_TITLE: Final = "What this channel hears"
_MOST: Final = 100


@routes.command("cutover", "watch")
async def choose_what_is_heard(
    ask: Ask, answer: Answer, links: Links, client: CutoverClient, catalogue: Catalogue, policy: Policy
) -> None:
    """Choose what this channel hears: streams, posts, digests, reminders, quiet hours."""
    link = linked(ask, links)
    again = (ActionId.HOME_WATCH, HomeValue(c=link.channel_id))
    await show_form(answer, _TITLE, _form(ask, link, client, catalogue, policy), again)


@routes.action(ActionId.HOME_WATCH)
async def press_settings(
    ask: Ask, answer: Answer, links: Links, client: CutoverClient, catalogue: Catalogue, policy: Policy
) -> None:
    value = ask.value(HomeValue)
    link = links.of(ask.team_id, value.c)
    if link is None:
        raise BadInput("That channel is not linked any more.", "Nothing was changed.")
    await show_form(answer, _TITLE, _form(ask, link, client, catalogue, policy), (ActionId.HOME_WATCH, value))


def linked(ask: Ask, links: Links) -> Link:
    """The link of this channel. Raises `NotLinked`."""
    link = links.of(ask.team_id, ask.channel_id)
    if link is None:
        raise NotLinked("This channel is not linked to a runbook.", "`/cutover link` binds it to one.")
    return link


async def _form(ask: Ask, link: Link, client: CutoverClient, catalogue: Catalogue, policy: Policy) -> View:
    """Opens also while Cutover is down: then without streams, which stay as they are."""
    await policy.check(ask.wish.actor, Right.LINKS, link.channel_id)
    streams, timezone = await asyncio.gather(_streams(link, catalogue), zone_of(link, client))
    meta = WatchMeta(r=link.runbook_id, channel=link.channel_id)
    return watch(link.runbook_name, link.hearing, streams, timezone=timezone, meta=meta)


async def _streams(link: Link, catalogue: Catalogue) -> tuple[Stream, ...]:
    try:
        return await catalogue.streams(link.runbook_id)
    except CutoverError:
        return ()


async def zone_of(link: Link, client: CutoverClient) -> str:
    """The IANA name of the zone in force: the link's, else the runbook's, else UTC."""
    if link.hearing.timezone:
        return schedule.zone(link.hearing.timezone).key
    try:
        return schedule.zone((await client.get_runbook(link.runbook_id)).timezone).key
    except CutoverError:
        return "UTC"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _read(view: Mapping[str, Any]) -> Any:
    form = read_watch(state_of(view), digest=_kept, is_zone=_zones().__contains__)
    try:
        if isinstance(form, WatchForm):
            schedule.check(form.hearing)
    except BadInput as error:
        return {"digest": error.sentence}
    return form


def _kept(typed: str) -> str:
    return schedule.text(schedule.parse(typed))


@routes.submit(ViewId.WATCH, _read, then=_TITLE)
async def save_settings(
    ask: Ask, answer: Answer, form: WatchForm, links: Links, digests: Digests, catalogue: Catalogue, policy: Policy
) -> None:
    meta = ask.meta(WatchMeta)
    await policy.check(ask.wish.actor, Right.LINKS, meta.channel)
    link = links.of(ask.team_id, meta.channel)
    if link is None or link.runbook_id != meta.r:
        raise BadInput("The channel follows another runbook by now, or none.", "Nothing was saved.")
    hearing = form.hearing
    if not form.has_streams:
        hearing = msgspec.structs.replace(hearing, streams=link.hearing.streams)
    await digests.save(link, hearing)
    names = {one.id: one.name for one in await _streams(link, catalogue)} if hearing.streams else {}
    await answer.show(modals.notice(_TITLE, _saved(link, hearing, names)))


def _saved(link: Link, hearing: Hearing, names: Mapping[str, Any]) -> Message:
    head = phrase("{channel} hears now of {name}:", channel=channel(link.channel_id), name=link.runbook_name)
    return say.done(join("\n", [head, *hears(hearing, hearing.timezone or "UTC", names)]))


@routes.options(ActionId.CHOOSE_ZONE)
async def suggest_zones(ask: Ask) -> list[dict[str, Any]]:
    """Zones with all the words in their name; those of cities first."""
    words = ask.delivery.query.casefold().replace(" ", "_").split("_")
    found = [zone for zone in _zones() if all(word in zone.casefold() for word in words)]
    found.sort(key=lambda zone: ("/" not in zone and zone != "UTC", zone.startswith("Etc/"), zone))
    return [parts.option(zone.replace("_", " "), zone) for zone in found[:_MOST]]


@routes.action(ActionId.CHOOSE_ZONE)
async def nothing_to_do(ask: Ask) -> None:
    """Slack may report the choice; the form reads it when it is sent."""
