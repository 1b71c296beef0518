"""Work that goes on behind the commands, and open ports. The one rule: a fault there never takes the bot with it."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.heap import give_back_big_blocks

_log = structlog.get_logger(__name__)
_AGAIN: Final = 5.0
_IDLE: Final = 10.0
"""Seconds a connection may take to send the head of a request, or rest between two."""


class Background:
    """Tasks that run until they are cancelled; one that fails is logged and begins again five seconds later."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Keep `work` running; one that returns is done."""

        async def run() -> None:
            while True:
                try:
                    await work()
                    return
                except Exception:
                    _log.exception("background_work_failed", work=name)
                    await self._clock.sleep(_AGAIN)

        self._tasks.append(asyncio.create_task(run(), name=name))

    async def end(self) -> None:
        """Cancel everything and wait for it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


class Doors:
    """HTTP applications on ports of their own."""

    def __init__(self) -> None:
        self._runners: list[web.AppRunner] = []

    async def open(self, app: web.Application, where: str) -> str:
        """Listen at `host:port` (0 takes a free port); the address. OSError when the port is taken."""
        host, _, port = where.rpartition(":")
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0, keepalive_timeout=_IDLE)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, host, int(port)).start()
        return f"http://{host}:{runner.addresses[0][1]}"

    async def close(self) -> None:
        """Take nothing new; requests under way have two seconds."""
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()


_HAND_OVER: Final = 0.001
"""Seconds that a thread which computes may keep the interpreter while another waits; Python's own is five times that.
The event loop waits for it behind each of its system calls, so a plan being reckoned holds up an ack several times."""

_YOUNG: Final = 5_000
"""Objects made and not yet gone before the collector looks: at 700 it looks at every sixth command, for nothing."""


def put_loop_first() -> None:
    """The event loop comes first: beside threads that compute, and before the collector of what stays anyway."""
    sys.setswitchinterval(_HAND_OVER)
    give_back_big_blocks()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
    gc.enable()
