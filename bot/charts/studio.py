"""The bot's side of the painter. The one rule: the event loop never paints, and a painter that hangs is replaced.

One painter process (`python -m bot.charts.painter`), started with the first picture and let go when nobody wants one:
it costs a hundred megabytes. It ends by itself when its input does, so none outlives the bot.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import sys
from typing import Final

import msgspec
import structlog

from bot.charts.sheet import Kind, Sheet
from bot.errors import BotError
from bot.model.printed import Printed

_log = structlog.get_logger(__name__)
HEAD: Final = struct.Struct("!I")
_DEADLINE: Final = 20.0
_IDLE: Final = 300.0
_LARGEST: Final = 20 * 1024 * 1024


PDF: Final = "pdf"


class Order(msgspec.Struct, frozen=True):
    """A picture of `sheet`; with kind `PDF` the pages of `printed` and both pictures."""

    kind: str
    sheet: Sheet
    printed: Printed | None = None


class Studio:
    """`paint` gives PNG bytes, `print` PDF; `close` lets the painter go.

    `painter` is its process, None before the first picture.
    """

    def __init__(self, deadline: float = _DEADLINE, idle: float = _IDLE) -> None:
        self._deadline, self._idle = deadline, idle
        self.painter: asyncio.subprocess.Process | None = None
        self._one = asyncio.Lock()
        self._leave: asyncio.TimerHandle | None = None

    async def paint(self, sheet: Sheet, kind: Kind) -> bytes:
        """The picture as PNG. Raises `BotError` when it cannot be painted in time."""
        return await self._made(Order(str(kind), sheet))

    async def print(self, printed: Printed, sheet: Sheet) -> bytes:
        """The report as PDF, with the pictures of the run. Raises `BotError` when it cannot be printed in time."""
        return await self._made(Order(PDF, sheet, printed))

    async def _made(self, wanted: Order) -> bytes:
        order = msgspec.msgpack.encode(wanted)
        async with self._one:
            self._stay()
            try:
                async with asyncio.timeout(self._deadline):
                    return await self._ask(order)
            except (TimeoutError, OSError, EOFError) as error:
                _log.warning("not_painted", kind=wanted.kind, error=type(error).__name__)
                await self._let_go()
                raise BotError(
                    "The picture could not be painted.", "Try again; the numbers are in `/runbook path`."
                ) from error
            except asyncio.CancelledError:
                await self._let_go()  # its answer would be taken for that to the next order
                raise
            finally:
                self._leave = asyncio.get_running_loop().call_later(self._idle, self._dismiss)

    async def close(self) -> None:
        """Let the painter go."""
        self._stay()
        await self._let_go()

    async def _ask(self, order: bytes) -> bytes:
        painter = self.painter
        if painter is None or painter.returncode is not None:
            painter = self.painter = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.charts.painter",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        assert painter.stdin is not None
        assert painter.stdout is not None
        painter.stdin.write(HEAD.pack(len(order)) + order)
        await painter.stdin.drain()
        (size,) = HEAD.unpack(await painter.stdout.readexactly(HEAD.size))
        if not 0 < size <= _LARGEST:
            raise EOFError
        return await painter.stdout.readexactly(size)

    def _stay(self) -> None:
        if self._leave is not None:
            self._leave.cancel()
            self._leave = None

    def _dismiss(self) -> None:
        painter = self.painter
        if painter is not None and painter.stdin is not None:
            painter.stdin.close()

    async def _let_go(self) -> None:
        painter, self.painter = self.painter, None
        if painter is not None and painter.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                painter.kill()
            await painter.wait()
