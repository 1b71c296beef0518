"""The bot under test, over HTTP, with linked channels. `python -m benchmarks.subject <fake url> <database> [runbooks]`.

Runbook `101` is linked to channel `C1`, `102` to `C2` and so on. With `runbooks` given they are polled every two
seconds, and each line that comes in at the standard input is answered by one line of JSON (`Probe.told`); the first
one starts the probe, which costs some hundredths of a core itself. BENCH_SOCKET=1 takes deliveries by Socket Mode,
BENCH_JOURNAL=0 keeps none of them and no wish, BENCH_FAST="<start> <speed>" lets its time run faster,
BENCH_CHANNELS=n links n channels to `101` and takes Slack's pace away.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
import traceback
from typing import Any

from benchmarks.fast import Fast
from benchmarks.post_subject import no_pace
from bot import logs
from bot.app import Bot
from bot.background import put_loop_first
from bot.clock import Clock
from bot.journal import Begun, Intent
from bot.model import Text
from bot.model.hearing import Hearing, Kind
from bot.settings import Settings, load
from bot.store import Link
from bot.watch import pace

EVENTS_SECRET = "bench-events"
_BEAT = 0.001
_LONG = 0.005


class Probe:
    """How late the event loop is, seen from the loop, and from a thread that looks where it stands when it is late."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.where: dict[str, int] = {}
        self._beat = time.perf_counter()
        self._loop_thread = threading.get_ident()

    async def run(self) -> None:
        """Beat until cancelled."""
        threading.Thread(target=self._look, daemon=True).start()
        while True:
            began = self._beat = time.perf_counter()
            await asyncio.sleep(_BEAT)
            self.late.append(time.perf_counter() - began - _BEAT)

    def _look(self) -> None:
        while True:
            time.sleep(_LONG / 2)
            if time.perf_counter() - self._beat > _LONG + _BEAT:
                for frame in sys._current_frames().values():
                    stack = [one for one in traceback.extract_stack(frame) if "/bot/" in one.filename][-3:]
                    name = " < ".join(f"{one.filename.rpartition('/bot/')[2]}:{one.lineno}" for one in reversed(stack))
                    if name:
                        self.where[name] = self.where.get(name, 0) + 1

    def told(self) -> dict[str, Any]:
        """Milliseconds of lateness and the places where the loop was found late, since it was asked last."""
        late, where = sorted(self.late), sorted(self.where.items(), key=lambda one: -one[1])
        self.late, self.where = [], {}
        at = {name: round(late[int(len(late) * part)] * 1000, 1) for name, part in (("p50", 0.5), ("p99", 0.99))}
        over = sum(one > _LONG for one in late)
        return {**at, "max": round(late[-1] * 1000, 1), "over": over, "beats": len(late), "where": where[:12]}


async def _answer() -> None:
    """One line of JSON for each line that comes."""
    await asyncio.to_thread(sys.stdin.readline)
    probe = Probe()
    beating = asyncio.create_task(probe.run())
    print("{}", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(probe.told()), flush=True)
    beating.cancel()


def given(fake: str, database: str) -> Settings:
    """Signed HTTP, or Socket Mode."""
    by_socket = bool(os.environ.get("BENCH_SOCKET"))
    return load(
        _env_file=None,
        slack_bot_token="xoxb-bench",
        slack_app_token="xapp-bench" if by_socket else None,
        slack_signing_secret=None if by_socket else "bench-secret",
        slack_api_url=f"{fake}/api/",
        cutover_api_url=fake,
        cutover_api_token="token",
        bot_database_url=f"sqlite:///{database}",
        bot_listen=None if by_socket else "127.0.0.1:0",
        bot_health_listen=None,
        bot_operators="U1DANA",
        cutover_events_secret=None if by_socket else EVENTS_SECRET,
    )


def forgetful(bot: Bot) -> None:
    """No delivery and no wish is put on disk: what is left is the price of everything but the journal."""

    async def keep(_key: str, _kind: str, _body: bytes) -> bool:
        return True

    async def begin(intent: Intent) -> Begun:
        return Begun(intent, fresh=True)

    def nothing(*_: object) -> None:
        """No mark either."""

    inbox: Any = bot.inbox
    journal: Any = bot.journal
    inbox.keep, inbox.done, journal.begin, journal.settle, journal.signed = keep, nothing, begin, nothing, nothing


async def link(bot: Bot, runbooks: int, hearing: Hearing, channels: int) -> None:
    """Each runbook to a channel of its own, or `101` to so many `channels`."""
    for number in range(1, (channels or runbooks) + 1):
        runbook_id, name = "101" if channels else str(100 + number), Text("Fail-over")
        await bot.links.save(Link("T1", f"C{number}", runbook_id, name, "U1DANA", 0.0, "1.1", hearing))


async def main() -> None:
    """Serve until killed."""
    runbooks = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    logs.configure("WARNING", pretty=False)
    clock, hearing = Clock(), Hearing()
    if "BENCH_FAST" in os.environ:
        clock = Fast(*map(float, os.environ["BENCH_FAST"].split()))
        hearing = Hearing(kinds=tuple(Kind), digest="every 10m", remind_startable=15)
    elif "BENCH_CHANNELS" in os.environ:
        hearing = Hearing(kinds=(Kind.STARTABLE, Kind.STARTED, Kind.FINISHED))
        no_pace()
    elif runbooks:
        pace.RUNNING = 2.0
    async with Bot(given(sys.argv[1], sys.argv[2]), clock) as bot:
        if os.environ.get("BENCH_JOURNAL") == "0":
            forgetful(bot)
        await link(bot, max(runbooks, 1), hearing, int(os.environ.get("BENCH_CHANNELS", "0")))
        while not bot.team_id:
            await asyncio.sleep(0.01)
        put_loop_first()
        print(json.dumps({"url": bot.url}), flush=True)
        if runbooks:
            await _answer()
        await asyncio.Event().wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
