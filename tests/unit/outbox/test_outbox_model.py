"""Any mix of letters, refusals, lost answers and crashes: every post once and in order, every slot one message."""

from __future__ import annotations

import asyncio
import tempfile
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, note, settings
from outbox_tools import Desk, Mail, no_answer, refusal

from bot.clock import ManualClock
from bot.outbox import Outbox, queue
from bot.store import Database

CHANNELS = ("C1", "C2")
Step = tuple[Any, ...]


class Crash(BaseException):
    """The process ends here."""


TROUBLES = st.sampled_from(["limited", "down", "internal", "lost", "taken", "crash", "crash after"])
CHANNEL = st.sampled_from(CHANNELS)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), CHANNEL),
        st.tuples(st.just("slot"), CHANNEL, st.sampled_from(["board", "card"])),
        st.tuples(st.just("thread"), CHANNEL, st.sampled_from(["board", "card"])),
        st.tuples(st.just("trouble"), st.sampled_from(["chat.postMessage", "chat.update"]), TROUBLES),
        st.tuples(st.just("trouble"), st.just("conversations.history"), TROUBLES),
        st.tuples(st.just("send"), st.sampled_from([0.0, 1.0, 7.0])),
    ),
    max_size=40,
)


class Run:
    """One story; `posts` and `slots` are what must stand there at its end."""

    def __init__(self, database: Database) -> None:
        self.mail = Mail(database, Desk(), ManualClock())
        self.number = 0
        self.posts: dict[str, list[str]] = {name: [] for name in CHANNELS}
        self.slots: dict[tuple[str, str], str] = {}

    async def step(self, step: Step) -> None:
        self.number += 1
        match step:
            case ("post", channel):
                self.posts[channel].append(f"post {self.number}")
                await self.mail.put(f"post {self.number}", channel=channel)
            case ("thread", channel, slot):
                self.posts[channel].append(f"post {self.number}")
                await self.mail.put(f"post {self.number}", channel=channel, thread_slot=slot)
            case ("slot", channel, slot):
                self.slots[channel, slot] = f"{slot} {self.number}"
                await self.mail.put(f"{slot} {self.number}", key=f"{self.number}", channel=channel, slot=slot)
            case ("trouble", method, kind):
                self.trouble(method, kind)
            case ("send", seconds):
                await self.send(seconds)

    def trouble(self, method: str, kind: str) -> None:
        errors = {
            "limited": refusal("ratelimited", 3),
            "down": refusal("unreachable"),
            "internal": refusal("internal_error"),
        }
        error: Any = errors.get(kind) or (Crash() if kind.startswith("crash") else no_answer())
        self.mail.desk.fail(method, error, taken=kind in ("taken", "crash after"))

    async def send(self, seconds: float) -> None:
        try:
            await self.mail.send(seconds)
        except Crash:
            for _, task in self.mail.outbox._working.values():
                task.cancel()
            await asyncio.gather(*(task for _, task in self.mail.outbox._working.values()), return_exceptions=True)
            self.mail.outbox = Outbox(self.mail.database, self.mail.desk, self.mail.clock)
            self.mail.clock.advance(queue.LEASE)

    def check(self) -> None:
        for channel in CHANNELS:
            texts = self.mail.desk.texts(channel)
            assert [text for text in texts if text.startswith("post")] == self.posts[channel]
            for slot in ("board", "card"):
                wanted = self.slots.get((channel, slot))
                assert [text for text in texts if text.startswith(slot)] == ([wanted] if wanted else [])


async def tell(steps: list[Step], folder: str) -> None:
    database = Database(f"sqlite:///{folder}/bot.db")
    await database.open()
    try:
        run = Run(database)
        for step in steps:
            await run.step(step)
        for _ in range(60):
            if await run.mail.outbox.waiting() == 0:
                break
            await run.send(10)
        assert await run.mail.outbox.waiting() == 0
        run.check()
    finally:
        await database.close()


@pytest.mark.timeout(240)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_whatever_happens_every_post_stands_once_and_in_order(steps: list[Step]) -> None:
    note(f"the story: {steps!r}")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(tell(steps, folder))
