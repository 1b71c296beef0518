"""What is ready, told before the planned start. The one rule: each span before a start is told once, and a start that
is moved takes the spans that are still to come with it.

The start is the one that the watch read last, so a span is looked for every two minutes and at its own moment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

import structlog

from bot.blocks import ready_post
from bot.blocks.message import Message
from bot.clock import Clock
from bot.digest.readings import Readings
from bot.digest.rows import CountdownMemory, memory
from bot.digest.work import Outcome
from bot.errors import BotError, CutoverError
from bot.model import RunbookStage
from bot.model.progress import as_runbook, moment
from bot.model.snapshot import RunbookState
from bot.outbox.letter import Letter
from bot.plan import Cyclic, Readiness
from bot.store import Link
from bot.watch.quiet import is_quiet

_log = structlog.get_logger(__name__)
Check = Callable[[str, str], Awaitable[Readiness]]
"""Readiness of a runbook seen from a channel, asked of Cutover itself. Raises `BotError`."""
_LOOK: Final = 120.0
_AGAIN: Final = 60.0
_SAME: Final = 600.0
"""Seconds: a start that moved by less is the same for a span that was told."""


class Countdown:
    """Makes the posts of one channel."""

    def __init__(self, readings: Readings, check: Check, clock: Clock) -> None:
        self._readings = readings
        self._check = check
        self._clock = clock

    async def due(self, link: Link, data: str) -> Outcome:
        """What is to be told now, and when to look again."""
        kept, now = memory(CountdownMemory, data), self._clock.unix()
        spans = link.hearing.countdown
        if not spans:
            return Outcome(None, CountdownMemory())
        reading = await self._readings.of(link.runbook_id)
        book = reading.snapshot.runbook if reading is not None else None
        start = _start(book) if book is not None and book.stage == RunbookStage.PLANNING else None
        if book is None or start is None:
            return Outcome(now + _LOOK, CountdownMemory(known=sorted(spans)))
        span, new = turn(kept, book.id, spans, start.timestamp(), now)
        letters: tuple[Letter, ...] = ()
        if span is not None and not is_quiet(link.hearing, book.timezone, self._clock.now()):
            body = await self._post(link, book, start)
            if body is None:  # asked again, with nothing told so far
                return Outcome(now + _AGAIN, kept)
            key = f"ready:{link.channel_id}:{book.id}:{int(new.start)}:{span}"
            letters = (Letter(key, link.channel_id, body),)
        return Outcome(_next(new, spans, now), new, letters)

    async def _post(self, link: Link, book: RunbookState, start: datetime) -> Message | None:
        """None while Cutover does not answer, or tells another start or stage than the watch knows so far."""
        try:
            told = await self._check(link.runbook_id, link.channel_id)
        except Cyclic as error:
            return ready_post.unchecked(as_runbook(book), start, error, self._clock.now())
        except CutoverError as error:
            _log.info("not_checked", runbook=book.id, error=error.code)
            return None
        except BotError as error:
            return ready_post.unchecked(as_runbook(book), start, error, self._clock.now())
        if told.run.runbook.stage != RunbookStage.PLANNING or told.start is None:
            return None
        moved = abs((told.start - start).total_seconds()) >= _SAME
        return None if moved else ready_post.ready(told, self._clock.now(), ahead=True)


def turn(
    kept: CountdownMemory, runbook_id: str, spans: Sequence[int], start: float, now: float
) -> tuple[int | None, CountdownMemory]:
    """The span (minutes) to tell now, if any, and what is remembered then. `start` and `now` are Unix seconds.

    Of several that passed unseen only the shortest is told. What passed before the channel wanted it is not.
    """
    passed = {span for span in spans if start - span * 60 <= now}
    if kept.runbook != runbook_id:
        said = passed
    else:
        same = abs(start - kept.start) < _SAME
        said = {span for span in kept.said if same or span in passed}
        said |= passed - set(kept.known)
    span = min(passed - said, default=None) if now < start else None
    return span, CountdownMemory(runbook_id, start, sorted(spans), sorted(said | passed))


def _next(kept: CountdownMemory, spans: Sequence[int], now: float) -> float:
    moments = [kept.start - span * 60 for span in spans if span not in kept.said]
    return min([now + _LOOK, *(at for at in moments if at > now)])


def _start(book: RunbookState) -> datetime | None:
    return moment(book.start_scheduled) or moment(book.start_planned)
