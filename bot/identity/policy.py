"""Who may do what. The one rule: ids decide, default deny, and it is asked when the thing is done.

Names and e-mail addresses decide nothing. What Slack says of a person (guest, another workspace, bot, deactivated)
can only take away; when Slack does not say it, whoever is not named by id has to wait.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import structlog

from bot.clock import Clock
from bot.errors import NotAllowed
from bot.identity.rules import DEFAULTS, Grant, Right, Rules, read
from bot.model import RunType, Text
from bot.slack.people import Member

_log = structlog.get_logger(__name__)
_LOOK_AGAIN: Final = 5.0
"""Seconds between two looks at the policy file: who was taken out of it is refused soon after."""
_OPERATORS: Final = "Ask an operator, or have your Slack id added to BOT_OPERATORS."
_POLICY: Final = "The bot's policy does not grant it to you here: ask whoever runs the bot."
_PRIVATE: Final = "An administrator of the bot, named by id, has to link it to the channel."
_DOING: Final = {
    Right.VIEW: "look at runbooks",
    Right.WORK: "work on tasks",
    Right.STATUS: "change runbooks",
    Right.RUN_REHEARSAL: "start or steer a rehearsal",
    Right.RUN_LIVE: "start or steer a live run",
    Right.LINKS: "change what a channel hears",
    Right.REQUEST: "request database cutovers",
    Right.ADMIN: "do that",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a wish: Slack ids, and the name Slack shows (for comments, never for decisions)."""

    team_id: str
    user_id: str
    name: Text


class Members(Protocol):
    """Where the policy learns what somebody is in Slack; None when Slack does not tell now."""

    async def known(self, user_id: str) -> Member | None: ...


class Groups(Protocol):
    """Who is in a Slack user group. Raises `NotAllowed` when Slack does not tell."""

    async def holds(self, group_id: str, user_id: str) -> bool: ...


class Policy:
    """`operators` (BOT_OPERATORS, Slack ids) may do everything; `file` (BOT_POLICY) replaces the default grants.

    Raises ValueError for a file that cannot be used. One that breaks later leaves the rules as they were.
    """

    def __init__(
        self,
        operators: Set[str],
        clock: Clock,
        members: Members | None = None,
        groups: Groups | None = None,
        file: Path | None = None,
    ) -> None:
        self._operators = operators
        self._clock = clock
        self._members = members
        self._groups = groups
        self._file = file
        self._stamp = _stamp(file)
        self._rules = read(file) if file is not None else DEFAULTS
        self._looked = clock.monotonic()

    @property
    def rules(self) -> Rules:
        """The rules in force; the file is looked at again where it may have changed."""
        now = self._clock.monotonic()
        if self._file is not None and now - self._looked >= _LOOK_AGAIN:
            self._looked = now
            if (stamp := _stamp(self._file)) != self._stamp:
                self._stamp = stamp
                self._read_again(self._file)
        return self._rules

    def is_operator(self, user_id: str) -> bool:
        """Whether BOT_OPERATORS names this person."""
        return user_id in self._operators

    @property
    def second_person(self) -> bool:
        """Whether live runs take two people: one who asks, another who starts or cancels."""
        return self.rules.second_person

    def withholds(self, runbook_id: str, linked_by: str) -> bool:
        """Whether a channel that `linked_by` linked reads nothing of this runbook: it is private.

        Only who is an administrator by their own id counts, and is one now: this is asked at each post.
        """
        rules = self.rules
        if runbook_id not in rules.private or self.is_operator(linked_by):
            return False
        return not any(Right.ADMIN in grant.rights and linked_by in grant.users for grant in rules.grants)

    def check_post(self, runbook_id: str, linked_by: str) -> None:
        """Raises `NotAllowed` where a channel may not read of this runbook."""
        if self.withholds(runbook_id, linked_by):
            raise NotAllowed("This runbook is private: nothing of it is posted here.", _PRIVATE)

    def right_of_turn(self, action: str, run_type: str | None) -> Right:
        """What pausing, resuming or cancelling a run takes. Only a rehearsal is no live run; unknown counts as live."""
        if run_type == RunType.REHEARSAL or (action != "cancel" and not self.rules.own):
            return Right.RUN_REHEARSAL
        return Right.RUN_LIVE

    async def allows(self, actor: Actor, right: Right, channel_id: str = "") -> bool:
        """For what is drawn; what is done asks `check`."""
        try:
            await self.check(actor, right, channel_id)
        except NotAllowed:
            return False
        return True

    async def check(self, actor: Actor, right: Right, channel_id: str = "", doing: str = "") -> str:
        """Which grant allows it, for the record. Raises `NotAllowed`; `doing` is the sentence's verb and object."""
        doing = doing or _DOING[right]
        if self.is_operator(actor.user_id):
            return "operator"
        rules = self.rules
        covering = [grant for grant in rules.grants if grant.covers(right, channel_id)]
        named = next((grant for grant in covering if actor.user_id in grant.users), None)
        if named is not None:
            return named.name
        if not covering and not rules.own:
            raise NotAllowed(f"Only operators may {doing}.", _hint(right))
        if self._members is not None:
            self._check_member(await self._members.known(actor.user_id), right, doing, rules)
        for grant in covering:
            if grant.everyone or await self._in_group(grant, actor.user_id):
                return grant.name
        raise NotAllowed(f"You may not {doing} here.", _POLICY)

    def _check_member(self, member: Member | None, right: Right, doing: str, rules: Rules) -> None:
        if right is Right.VIEW and not rules.own and (member is None or not (member.is_bot or member.deleted)):
            return  # guests read what they are shown, and reading does not wait for Slack
        if member is None:
            raise NotAllowed("Slack does not tell the bot now who you are.", "Nothing was done. Try again in a moment.")
        kind = _kind(member)
        if kind:
            raise NotAllowed(f"{kind} may not {doing}.", "Somebody of this workspace has to do it, or name your id.")

    async def _in_group(self, grant: Grant, user_id: str) -> bool:
        if self._groups is None:
            return False
        for group in sorted(grant.groups):
            if await self._groups.holds(group, user_id):
                return True
        return False

    def _read_again(self, file: Path) -> None:
        try:
            self._rules = read(file)
        except ValueError as error:
            _log.error("policy_not_read", why=str(error))
            return
        _log.warning("policy_changed", grants=len(self._rules.grants))


def _hint(right: Right) -> str:
    return f"A rehearsal is open to you. {_OPERATORS}" if right is Right.RUN_LIVE else _OPERATORS


def _kind(member: Member) -> str:
    if member.deleted:
        return "Deactivated accounts"
    if member.is_bot:
        return "Bots"
    if member.is_outside:
        return "People of other workspaces"
    return "Guests" if member.is_guest else ""


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    """What changes when a file is written or replaced; None where there is none."""
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found is not None else None
