"""Who is in which Slack user group. The one rule: nothing older than half a minute lets anybody in.

Needs the scope usergroups:read, and is only asked where the policy names a group.
"""

from __future__ import annotations

from typing import Final

from bot.clock import Clock
from bot.errors import NotAllowed, SlackError
from bot.slack.web import SlackWeb

_KEEP: Final = 30.0


class UserGroups:
    """A half-minute memory over `usergroups.users.list`."""

    def __init__(self, web: SlackWeb, clock: Clock) -> None:
        self._web = web
        self._clock = clock
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    async def holds(self, group_id: str, user_id: str) -> bool:
        """Whether the person is in the group. Raises `NotAllowed` when Slack does not tell."""
        kept = self._known.get(group_id)
        if kept is None or kept[0] <= self._clock.monotonic():
            kept = self._clock.monotonic() + _KEEP, await self._ask(group_id)
            self._known[group_id] = kept
        return user_id in kept[1]

    async def _ask(self, group_id: str) -> frozenset[str]:
        try:
            answer = await self._web.call("usergroups.users.list", patience=1.0, usergroup=group_id)
        except SlackError as error:
            if error.error in ("no_such_subteam", "subteam_disabled"):
                return frozenset()
            hint = "The app lacks the scope usergroups:read." if error.error == "missing_scope" else "Try again soon."
            raise NotAllowed("Slack does not tell the bot now who is in the groups of its policy.", hint) from error
        users = answer.get("users")
        return frozenset(str(user) for user in users) if isinstance(users, list) else frozenset()
