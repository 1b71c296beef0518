"""One wish carried out. The one rule: a write is sent at most once; without an answer Cutover is asked."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, Final, TypeVar

import structlog

from bot.actions.context import Locks, Wish
from bot.actions.looks import LOOKS, Look, asked_of
from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.errors import BotError, CutoverError, NotAllowed, UnknownOutcome
from bot.identity import Acting, Hand, Right
from bot.journal import Intent, Journal, Outcome, OutcomeKind

T = TypeVar("T")
_log = structlog.get_logger(__name__)
TO_SIGN: Final = "sign:"
_LOOK_AGAIN: Final = 1.0
"""Seconds between two looks: a write that timed out may still be on its way inside Cutover."""


class StillOpen(BotError):
    """The same wish is on record without an outcome."""

    code = "still_open"


class NotDone(CutoverError):
    """The write had no answer, and a look showed that nothing happened."""

    code = "not_done"


class DoneUnread(CutoverError):
    """The write took effect, and its result could not be read."""

    code = "done_unread"


class Performer:
    """Carries out intents and keeps the journal. `locks` serialise presses on one thing.

    `client` is the bot's own account: it reads, looks and signs; `hand` says which account does what a person wants.
    `changed` hears of each runbook that a wish has changed. `looks`: how to find out what became of a write without an
    answer, for the verbs that others add. `unsigned`: a comment that names the person could not be
    saved; `Recovery` tries again.
    """

    def __init__(self, client: CutoverClient, journal: Journal, clock: Clock, acting: Acting) -> None:
        self.client = client
        self.acting = acting
        self.journal = journal
        self.clock = clock
        self.locks = Locks()
        self.unsigned = False
        self.changed: Callable[[str], None] = lambda runbook_id: None
        self.looks: dict[str, Look] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def hand(
        self, wish: Wish, right: Right, runbook_id: str = "", *, doing: str = "", live: bool | None = None
    ) -> Hand:
        """Ask the policy and choose the account. `live` None: found out from the runbook, where it matters.

        Raises `NotAllowed`, which is on record.
        """

        async def is_live() -> bool:
            return live if live is not None else (await self.client.get_runbook(runbook_id)).is_live

        try:
            return await self.acting.hand(wish.actor, right, wish.channel_id, doing=doing, live=is_live)
        except NotAllowed as refusal:
            self.refused(wish, right, runbook_id, refusal)
            raise

    async def check(self, wish: Wish, right: Right, runbook_id: str = "", doing: str = "") -> str:
        """Ask the policy alone. Raises `NotAllowed`, which is on record."""
        try:
            return await self.acting.policy.check(wish.actor, right, wish.channel_id, doing)
        except NotAllowed as refusal:
            self.refused(wish, right, runbook_id, refusal)
            raise

    def refused(self, wish: Wish, right: Right, runbook_id: str, refusal: NotAllowed) -> None:
        """Put on record that somebody wanted what they may not."""
        refusal.noted = True
        told = {"right": str(right), "runbook": runbook_id, "why": refusal.sentence, "origin": dict(wish.origin)}
        self.journal.note("refused", wish.actor, self.clock.unix(), told)

    async def perform(
        self,
        intent: Intent,
        effect: Callable[[], Awaitable[T | None]],
        again: Callable[[], Awaitable[T]],
        *,
        hand: Hand,
        sign: str = "",
    ) -> tuple[T, bool]:
        """(value, fresh). `effect` writes once, by `hand`, and returns the value, or None where the answer does not
        tell it; `again` reads it when the effect is known to be there. `sign` is the word of the comment that names
        the person; what their own account does needs none.

        `fresh` is False when an earlier press had this wish carried out; the same press comes again after a crash.
        Raises what `effect` raises, `NotDone`, `StillOpen`, or `UnknownOutcome` when even a look did not tell (then
        `Recovery` goes on looking).
        """
        sign = "" if hand.own else sign
        intent = replace(intent, origin={**intent.origin, **hand.record})
        if sign:  # kept with the intent, so that recovery can sign after a crash
            intent = replace(intent, wish={**intent.wish, "sign": sign})
        begun = await self.journal.begin(intent)
        if not begun.fresh:
            if begun.outcome is None or begun.outcome.kind is OutcomeKind.UNKNOWN:
                raise StillOpen("This was asked for before and has no answer yet.", "The bot is checking and will say.")
            delivery = intent.origin.get("delivery")
            return await again(), bool(delivery) and begun.intent.origin.get("delivery") == delivery
        value: T | None = None
        try:
            value = await effect()
        except UnknownOutcome:
            await self._ask(intent)
        except BotError as error:
            self.settle(intent, OutcomeKind.REFUSED, error.code)
            raise
        self.settle(intent, OutcomeKind.DONE, f"{TO_SIGN}{sign}" if sign else "")
        self.changed(intent.runbook_id)
        if sign:
            self.spawn(self.sign(intent, sign))
        return (await _read_back(again) if value is None else value), True

    async def sign(self, intent: Intent, word: str) -> None:
        """The comment that names the person: the bot acts with its own account, so Cutover cannot know who asked.

        A failure leaves the mark in the journal, and `Recovery` signs later.
        """
        content = f"<p>{html.escape(signature(word, intent.user_name.raw, intent.user_id))}</p>"
        try:
            await self.client.create_runbook_comment(intent.runbook_id, content, task_id=intent.task_id or None)
        except CutoverError as error:
            self.unsigned = True
            _log.warning("not_signed", intent=intent.id, error=error.code)
            return
        self.journal.signed(intent)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background, held until done."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    @property
    def idle(self) -> bool:
        """Whether no background work is under way."""
        return not self._working

    async def drain(self, seconds: float) -> None:
        """Wait for background work before the end."""
        if self._working:
            await asyncio.wait(set(self._working), timeout=seconds)

    def settle(self, intent: Intent, kind: OutcomeKind, note: str = "") -> None:
        """Record the outcome."""
        self.journal.settle(intent, Outcome(kind, self.clock.unix(), note))

    async def look(self, intent: Intent) -> bool | None:
        """Whether the effect is there, looking twice before saying no. Raises `CutoverError` when it cannot be read."""
        found = await self.glance(intent)
        if found is not False:
            return found
        await self.clock.sleep(_LOOK_AGAIN)
        return await self.glance(intent)

    async def glance(self, intent: Intent) -> bool | None:
        """One look. Raises `CutoverError` when it cannot be read."""
        if intent.verb.endswith(".comment"):
            same = await self.journal.twins(intent, "content")
            intent = replace(intent, wish={**intent.wish, "same": same})
        look = self.looks.get(intent.verb) or LOOKS.get(intent.verb)  # None: a wish of another version of the bot
        return await look(self.client, intent) if look else None

    async def _ask(self, intent: Intent) -> None:
        """After a write without an answer: returns when the effect is there."""
        try:
            found = await self.look(intent)
        except BotError:
            found = None
        if found:
            return
        if found is False:
            self.settle(intent, OutcomeKind.REFUSED, "not_done")
            raise NotDone(
                f"{asked_of(intent)} did not confirm it, and a look shows that nothing was done.", "Try again."
            )
        self.settle(intent, OutcomeKind.UNKNOWN)
        raise UnknownOutcome(
            f"{asked_of(intent)} did not answer: it is unknown whether this was done.",
            "The bot keeps checking and will tell you. Do not repeat it yet.",
        )


async def _read_back(again: Callable[[], Awaitable[T]]) -> T:
    """What the write made. That it cannot be read now must not sound as if nothing was done."""
    try:
        return await again()
    except CutoverError as error:
        raise DoneUnread("It was done, but Cutover cannot show the result now.", "Do not repeat it.") from error


def signature(word: str, name: str, user_id: str) -> str:
    """`Started from Slack by Dana Okafor (U0DANA00001)`, the name bounded."""
    return f"{word} from Slack by {' '.join(name.split())[:80]} ({user_id})"
