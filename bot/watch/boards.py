"""When a channel's board is drawn again. The one rule: newest wins, and boards never use up what presses need.

Slack takes about 50 edits a minute for a whole workspace; half of that is left to everything else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from bot.model import RunbookStage
from bot.model.snapshot import Snapshot

LEAST = 10.0
"""Seconds between two drawings of one board."""
_A_MINUTE = 25.0
_TICK = 60.0
"""Seconds after which a running board is drawn again though nothing happened: its elapsed times go on."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    at: float
    snapshot: Snapshot
    stale: bool
    current: bool = True


class Boards:
    """Remembers what each channel's board shows. Forgetting is harmless: the same board is not sent twice."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, str], _Drawn] = {}

    @property
    def gap(self) -> float:
        """Seconds between two drawings of one board, with as many boards as there are."""
        return max(LEAST, len(self._drawn) * 60.0 / _A_MINUTE)

    def due(self, channel_id: str, snapshot: Snapshot, now: float, *, stale: bool = False) -> bool:
        """Whether the board is to be drawn now."""
        last = self._drawn.get((snapshot.runbook.id, channel_id))
        if last is None or last.stale != stale or _turned(last.snapshot, snapshot):
            return True
        if now - last.at < self.gap:
            return False
        if last.snapshot is not snapshot or not last.current:
            return True
        return snapshot.runbook.stage == RunbookStage.ACTIVE and not stale and now - last.at >= max(_TICK, self.gap)

    def waits(self, channel_ids: Collection[str], snapshot: Snapshot, now: float) -> list[float]:
        """Seconds until each change that is not drawn yet may be. Boards of other channels are forgotten."""
        self.keep_only(snapshot.runbook.id, channel_ids)
        known = (self._drawn.get((snapshot.runbook.id, channel_id)) for channel_id in channel_ids)
        return [
            max(0.0, self.gap - (now - last.at))
            for last in known
            if last is not None and (last.snapshot is not snapshot or not last.current)
        ]

    def redraw(self, runbook_id: str) -> None:
        """What its boards show besides the reading is another."""
        for key, last in self._drawn.items():
            if key[0] == runbook_id:
                self._drawn[key] = replace(last, current=False)

    def drawn(self, channel_ids: Iterable[str], snapshot: Snapshot, now: float, *, stale: bool = False) -> None:
        """They were."""
        for channel_id in channel_ids:
            self._drawn[snapshot.runbook.id, channel_id] = _Drawn(now, snapshot, stale)

    def keep_only(self, runbook_id: str, channel_ids: Collection[str]) -> None:
        """Forget boards of channels that do not follow the runbook any more."""
        gone = [key for key in self._drawn if key[0] == runbook_id and key[1] not in channel_ids]
        for key in gone:
            del self._drawn[key]


def _turned(old: Snapshot, new: Snapshot) -> bool:
    return (old.runbook.stage, old.runbook.start_actual) != (new.runbook.stage, new.runbook.start_actual)
