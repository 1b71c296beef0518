"""Who people are in Slack, looked up by id when needed. The one rule: nobody is listed at start, ids decide."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.clock import Clock
from bot.errors import SlackError
from bot.model import Text
from bot.slack.web import SlackWeb

_KEEP: Final = 600.0
_KEEP_UNKNOWN: Final = 10.0
_PATIENCE: Final = 0.7
"""Seconds: a form has to be opened within three, and a name is not worth them."""
_CERTAIN: Final = 3.0
"""Seconds that a decision waits to learn what somebody is."""
_FRESH: Final = 30.0
_MOST: Final = 5000


@dataclass(frozen=True, slots=True)
class Member:
    """A person in Slack. `email` is empty without the scope users:read.email. `told` False: Slack has not answered.

    `is_outside`: of another workspace, met in a channel shared by Slack Connect.
    """

    id: str
    name: Text
    email: str = ""
    is_bot: bool = False
    is_guest: bool = False
    deleted: bool = False
    is_outside: bool = False
    told: bool = True


class People:
    """A small cache over `users.info`, ten minutes long. `home`: the id of the bot's own workspace, once known."""

    def __init__(self, web: SlackWeb, clock: Clock, home: Callable[[], str] = str) -> None:
        self._web = web
        self._clock = clock
        self._home = home
        self._known: dict[str, tuple[float, Member]] = {}
        self._asked: dict[str, asyncio.Task[Member | None]] = {}

    async def member(self, user_id: str, otherwise: Text | None = None) -> Member:
        """The person; with nothing but `otherwise` as the name when Slack does not tell in time."""
        kept = self._known.get(user_id)
        if kept and kept[0] > self._clock.monotonic():
            return kept[1]
        asked = self._asking(user_id)
        done, _ = await asyncio.wait({asked}, timeout=_PATIENCE)
        unknown = Member(user_id, otherwise or Text(user_id), told=False)
        found = asked.result() if done else None
        if found is None and done:
            self._remember(unknown, _KEEP_UNKNOWN)
        return found or unknown

    async def known(self, user_id: str) -> Member | None:
        """What Slack said of the person in the last half minute; None when it does not tell within three seconds."""
        kept = self._known.get(user_id)
        if kept and kept[0] > self._clock.monotonic() + _KEEP - _FRESH:
            return kept[1]
        asked = self._asking(user_id)
        done, _ = await asyncio.wait({asked}, timeout=_CERTAIN)
        return asked.result() if done else None

    def _asking(self, user_id: str) -> asyncio.Task[Member | None]:
        """The question under way, or a new one: ten presses at once ask once."""
        asked = self._asked.get(user_id)
        if asked is None:
            asked = self._asked[user_id] = asyncio.create_task(self._look_up(user_id))
            asked.add_done_callback(lambda _: self._asked.pop(user_id, None))
        return asked

    async def _look_up(self, user_id: str) -> Member | None:
        try:
            found = _part(await self._web.call("users.info", patience=1.0, user=user_id), "user")
        except SlackError:
            return None
        profile = _part(found, "profile")
        shown = profile.get("real_name") or found.get("real_name") or found.get("name")
        member = Member(
            id=user_id,
            name=Text(str(shown or user_id)),
            email=str(profile.get("email") or ""),
            is_bot=bool(found.get("is_bot")),
            is_guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
            deleted=bool(found.get("deleted")),
            is_outside=bool(found.get("is_stranger")) or self._is_elsewhere(found),
        )
        self._remember(member, _KEEP if self._home() else _KEEP_UNKNOWN)
        return member

    def _is_elsewhere(self, found: Mapping[str, Any]) -> bool:
        """`is_stranger` is false for whom the bot shares a channel with, so the workspaces are compared.

        People of the same organisation (Enterprise Grid) name all their workspaces in `enterprise_user`.
        """
        home, theirs = self._home(), str(found.get("team_id") or "")
        teams = _part(found, "enterprise_user").get("teams")
        return bool(home and theirs) and theirs != home and home not in (teams if isinstance(teams, list) else ())

    def _remember(self, member: Member, seconds: float) -> None:
        if len(self._known) >= _MOST:
            self._known.pop(next(iter(self._known)))
        self._known[member.id] = (self._clock.monotonic() + seconds, member)


def _part(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answer.get(name)
    return found if isinstance(found, Mapping) else {}
