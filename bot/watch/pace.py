"""How soon a runbook is looked at again. The one rule: seconds while it runs, and slower before it hurts commands."""

from __future__ import annotations

from datetime import datetime

from bot.model import RunbookStage
from bot.model.progress import moment
from bot.model.snapshot import RunbookState, Snapshot

RUNNING, PAUSED, SOON, PLANNING, HOT = 3.0, 15.0, 15.0, 120.0, 2.5
"""Seconds. `SOON`: planned to start within a quarter of an hour. `HOT`: something was just done or announced."""
GAP = 1.0
"""Seconds between two polls of a runbook, however many events come."""
_SOON = 900.0
_OVER, _OVER_MOST = 30.0, 3600.0
_RETRY, _RETRY_MOST = 3.0, 60.0
_SWEEP = 120.0
_SWEEP_RATE = 10.0
MOST = 600.0
_A_SECOND = 6.0
"""Polls of running runbooks a second in all: eighteen requests. Cutover publishes no limits to go by."""
_MOST_SLOW = 16.0


class Brake:
    """A 429 met by anybody doubles the intervals; each poll without one brings them back by a tenth."""

    def __init__(self) -> None:
        self.slow = 1.0
        self._paused_until = 0.0

    def feel(self, paused_until: float) -> None:
        """Until when Cutover wants no requests, by the monotonic clock: it grows with each 429."""
        if paused_until > self._paused_until:
            self._paused_until = paused_until
            self.slow = min(self.slow * 2, _MOST_SLOW)
        else:
            self.slow = max(self.slow * 0.9, 1.0)


def interval(book: RunbookState, now: datetime, *, hot: bool = False, slow: float = 1.0, crowd: int = 1) -> float:
    """Seconds to the next poll. `slow`: factor by which Cutover's limits hold the bot back; `crowd`: how many run."""
    seconds = _by_stage(book, now)
    if hot and slow <= 1.0:
        seconds = min(seconds, HOT)
    elif book.stage == RunbookStage.ACTIVE:
        seconds = max(seconds, crowd / _A_SECOND)
    return seconds if slow <= 1.0 else max(seconds, min(seconds * slow, MOST))


def after_failure(failures: int) -> float:
    """Seconds to the next try, after so many in a row have failed."""
    return float(min(_RETRY * 2 ** min(max(failures - 1, 0), 10), _RETRY_MOST))


def sweep_due(snapshot: Snapshot, swept_at: float | None, now: float) -> bool:
    """Whether everything is to be read again: every two minutes, in a big runbook more seldom."""
    return swept_at is None or now - swept_at >= max(_SWEEP, len(snapshot.tasks) / _SWEEP_RATE)


def _by_stage(book: RunbookState, now: datetime) -> float:
    if book.stage == RunbookStage.ACTIVE:
        return RUNNING
    if book.stage == RunbookStage.PAUSED:
        return PAUSED
    if book.stage in (RunbookStage.COMPLETE, RunbookStage.CANCELED):
        ended = moment(book.end_actual) or moment(book.updated_at)
        since = (now - ended).total_seconds() if ended is not None else 0.0
        return min(max(since / 4, _OVER), _OVER_MOST)
    start = moment(book.start_scheduled) or moment(book.start_planned)
    near = start is not None and abs((start - now).total_seconds()) < _SOON
    return SOON if near else PLANNING
