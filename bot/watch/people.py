"""Who is who in the posts: names, Slack accounts, and who did it. The one rule: nothing here can fail a post.

A person of Cutover is a person of Slack when the e-mail address is the same; without the scope `users:read.email`
nobody is mentioned and everybody is named.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from bot.clock import Clock
from bot.cutover import Catalogue
from bot.errors import BotError, SlackError
from bot.journal import Journal
from bot.model import Completion, Ref, RunbookStage, TaskStage, Text
from bot.model.changes import Change, RunbookStageChanged, RunbookStatusChanged, TaskMoved
from bot.model.snapshot import Snapshot, TaskState
from bot.slack.web import SlackWeb
from bot.watch.events import Event
from bot.watch.news import RUN, STATUS, Doer

_log = structlog.get_logger(__name__)
_KEEP: Final = 3600.0
_KEEP_UNKNOWN: Final = 600.0
_MOST: Final = 5_000
_AT_ONCE: Final = 8
_ASKED: Final = 60
"""Changes of one reading for which the journal is asked: more are a summary, which names nobody."""
_BEFORE: Final = 30.0
"""Seconds: a wish is written down before it takes effect, and the reading before may be as young as that."""
_HEARD: Final = 120.0
"""Seconds for which an event explains a change; a reading may take that long where Cutover limits the bot."""
_SUBJECTS: Final = {"runbook.updated": STATUS} | {
    f"run.{word}": RUN for word in ("started", "paused", "resumed", "canceled", "completed")
}
_TURNS: Final[dict[str, tuple[str, ...]]] = {
    RunbookStage.ACTIVE: ("runbook.start", "runbook.resume"),
    RunbookStage.PAUSED: ("runbook.pause",),
    RunbookStage.CANCELED: ("runbook.cancel",),
}
_MOVES: Final[dict[str, tuple[str, ...]]] = {
    TaskStage.IN_PROGRESS: ("task.start",),
    TaskStage.COMPLETE: ("task.finish", "task.skip"),
}


class Mentions:
    """Slack ids of Cutover's people, by e-mail, remembered for an hour."""

    def __init__(self, web: SlackWeb, catalogue: Catalogue, clock: Clock) -> None:
        self._web = web
        self._catalogue = catalogue
        self._clock = clock
        self._known: dict[str, tuple[float, str]] = {}
        self._off_until = 0.0

    async def of(self, refs: Iterable[Ref]) -> dict[Ref, str]:
        """Who of `refs` has a Slack account; teams have none."""
        people = [ref for ref in dict.fromkeys(refs) if ref.type == "user"]
        found: dict[Ref, str] = {}
        for start in range(0, len(people), _AT_ONCE):
            group = people[start : start + _AT_ONCE]
            ids = await asyncio.gather(*(self._of(ref) for ref in group))
            found |= {ref: user for ref, user in zip(group, ids, strict=True) if user}
        return found

    async def by_email(self, email: str) -> str:
        """The Slack id of an address; empty for none, and when it cannot be told now."""
        now = self._clock.monotonic()
        kept = self._known.get(email.casefold())
        if kept is not None and kept[0] > now:
            return kept[1]
        if not email or now < self._off_until:
            return ""
        try:
            answer = await self._web.call("users.lookupByEmail", patience=0.0, email=email)
        except SlackError as error:
            if error.error in ("missing_scope", "not_allowed_token_type"):
                self._off_until = now + _KEEP
                _log.info("nobody_is_mentioned", error=error.error)
            elif error.error != "users_not_found":
                return ""
            return self._remember(email, "", _KEEP_UNKNOWN)
        user = answer.get("user") or {}
        return self._remember(email, "" if user.get("deleted") else str(user.get("id") or ""), _KEEP)

    async def _of(self, ref: Ref) -> str:
        try:
            person = await self._catalogue.person(ref.id)
        except BotError:
            return ""
        return await self.by_email(person.email) if person is not None else ""

    def _remember(self, email: str, user: str, seconds: float) -> str:
        if len(self._known) >= _MOST:
            self._known.pop(next(iter(self._known)))
        self._known[email.casefold()] = (self._clock.monotonic() + seconds, user)
        return user


class Doers:
    """Who did what: this bot's journal for what went through it, Cutover's webhooks for the rest."""

    def __init__(self, journal: Journal, catalogue: Catalogue, mentions: Mentions, clock: Clock) -> None:
        self._journal = journal
        self._catalogue = catalogue
        self._mentions = mentions
        self._clock = clock
        self._heard: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def hear(self, event: Event) -> None:
        """Remember who was behind an event; nothing is looked up yet."""
        subject = _SUBJECTS.get(event.kind) or (event.task_id if event.kind.startswith("task.") else "")
        if subject and event.email:
            self._heard[event.runbook_id, subject] = (self._clock.monotonic(), event.email)
            self._heard.move_to_end((event.runbook_id, subject))
            if len(self._heard) > _MOST:
                self._heard.popitem(last=False)

    async def of(self, old: Snapshot, changes: Sequence[Change]) -> dict[str, Doer]:
        """By task id, and `RUN` and `STATUS`, for what happened since `old` was read."""
        found: dict[str, Doer] = {}
        moves = [change for change in changes if isinstance(change, TaskMoved) and _by_hand(change.new)]
        for change in (*(one for one in changes if not isinstance(one, TaskMoved)), *moves[:_ASKED]):
            key, task_id, verbs = _asked(change)
            if key and (doer := await self._last(old, task_id, verbs) or await self._told(old.runbook.id, key)):
                found[key] = doer
        return found

    async def _last(self, old: Snapshot, task_id: str, verbs: tuple[str, ...]) -> Doer | None:
        try:
            entry = await self._journal.last(old.runbook.id, task_id, verbs)
        except BotError:
            return None
        if entry is None or entry[0].at < old.read_at - _BEFORE:
            return None
        wish = entry[0].wish
        why = wish.get("reason") or wish.get("message")
        return Doer(entry[0].user_name, entry[0].user_id, Text(why) if isinstance(why, str) and why else None)

    async def _told(self, runbook_id: str, subject: str) -> Doer | None:
        """Who the webhook named a moment ago."""
        at, email = self._heard.pop((runbook_id, subject), (float("-inf"), ""))
        if self._clock.monotonic() - at > _HEARD:
            return None
        try:
            person = await self._catalogue.person(email)
        except BotError:
            return None
        return Doer(person.name, await self._mentions.by_email(email)) if person is not None else None


def _by_hand(task: TaskState) -> bool:
    """What ended by itself, or because another branch was chosen, was nobody's doing."""
    return task.stage in _MOVES and task.completion_type not in (Completion.AUTO, Completion.ABANDONED)


def _asked(change: Change) -> tuple[str, str, tuple[str, ...]]:
    match change:
        case RunbookStageChanged(_, book) if book.stage in _TURNS:
            return RUN, "", _TURNS[book.stage]
        case RunbookStatusChanged():
            return STATUS, "", ("runbook.status",)
        case TaskMoved(_, task):
            return task.id, task.id, _MOVES[task.stage]
    return "", "", ()
