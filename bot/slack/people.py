"""Who people are in Slack, looked up by id when needed. The one rule: nobody is listed at start, ids decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.clock import Clock
from bot.errors import SlackError
from bot.model import Text
from bot.slack.web import SlackWeb

_KEEP: Final = 600.0
_MOST: Final = 5000


@dataclass(frozen=True, slots=True)
class Member:
    """A person in Slack. `email` is empty without the scope users:read.email."""

    id: str
    name: Text
    email: str = ""
    is_bot: bool = False
    is_guest: bool = False
    deleted: bool = False


class People:
    """A small cache over `users.info`, ten minutes long."""

    def __init__(self, web: SlackWeb, clock: Clock) -> None:
        self._web = web
        self._clock = clock
        self._known: dict[str, tuple[float, Member]] = {}

    async def member(self, user_id: str, otherwise: Text | None = None) -> Member:
        """The person; with nothing but `otherwise` as the name when Slack does not tell."""
        kept = self._known.get(user_id)
        if kept and kept[0] > self._clock.monotonic():
            return kept[1]
        try:
            found = (await self._web.call("users.info", patience=1.0, user=user_id)).get("user", {})
        except SlackError:
            return Member(user_id, otherwise or Text(user_id))
        profile = found.get("profile") or {}
        shown = profile.get("real_name") or found.get("real_name") or found.get("name")
        member = Member(
            id=user_id,
            name=Text(str(shown)) if shown else otherwise or Text(user_id),
            email=str(profile.get("email") or ""),
            is_bot=bool(found.get("is_bot")),
            is_guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
            deleted=bool(found.get("deleted")),
        )
        if len(self._known) >= _MOST:
            self._known.pop(next(iter(self._known)))
        self._known[user_id] = (self._clock.monotonic() + _KEEP, member)
        return member
