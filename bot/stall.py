"""Notices when the event loop stands still. The one rule: it only looks, and says where the loop was.

While one call blocks the loop nothing is acknowledged, and afterwards nobody knows who it was. A thread beside the
loop looks twice a second; what it logs names files and functions, never values.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from typing import Final

import structlog

_log = structlog.get_logger(__name__)
_EVERY: Final = 0.5
LONGEST: Final = 1.0
"""Seconds without a turn of the loop that are worth a line in the log."""
_FRAMES: Final = 12


class StallWatch:
    """`run` is the beat in the loop; the thread that watches it lives as long. Seconds are the loop's own time."""

    def __init__(self, longest: float = LONGEST, every: float = _EVERY) -> None:
        self._longest = longest
        self._every = every
        self._ended = threading.Event()
        self._beat = 0.0

    async def run(self) -> None:
        """Beat until cancelled."""
        loop = asyncio.get_running_loop()
        self._beat = loop.time()
        self._ended.clear()
        watcher = threading.Thread(
            target=self._watch, args=(loop, threading.get_ident()), name="stall-watch", daemon=True
        )
        watcher.start()
        try:
            while True:
                await asyncio.sleep(self._every)
                self._beat = loop.time()
        finally:
            self._ended.set()

    def _watch(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        told = 0.0
        while not self._ended.wait(self._every):
            beat = self._beat
            stood = loop.time() - beat - self._every
            if stood >= self._longest and told != beat:
                told = beat
                _log.error("loop_stands_still", seconds=round(stood, 1), where=_where(thread))


def _where(thread: int) -> list[str]:
    """The innermost calls of a thread, as `file:line function`."""
    frame = sys._current_frames().get(thread)
    stack = traceback.extract_stack(frame)[-_FRAMES:] if frame is not None else []
    return [f"{one.filename.rpartition('/')[2]}:{one.lineno} {one.name}" for one in stack]
