"""The inbox: a delivery is taken on once, and what was promised is found again after a crash."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from store_fixtures import url

from bot.clock import ManualClock
from bot.slack.inbox import KEEP_SECONDS, Inbox
from bot.store import Database
from bot.store.tables import inbox as table

__all__ = ["url"]

KEYS = st.sampled_from(["command:a", "interactive:b", "event:c", "command:d"])


async def test_a_delivery_is_taken_on_once(database: Database, clock: ManualClock) -> None:
    inbox = Inbox(database, clock)
    taken = await asyncio.gather(*(inbox.keep("command:a", "command", b"{}") for _ in range(5)))
    assert sorted(taken) == [False, False, False, False, True]


async def test_unfinished_work_is_found_oldest_first_with_its_bytes(database: Database, clock: ManualClock) -> None:
    inbox = Inbox(database, clock)
    for number, key in enumerate(("command:a", "event:b", "interactive:c")):
        await inbox.keep(key, key.partition(":")[0], bytes([0, 255, number]))
        clock.advance(1)
    inbox.done("event:b")
    await database.flush()
    found = await Inbox(database, clock).left_over()
    assert [(kept.key, kept.kind, kept.body) for kept in found] == [
        ("command:a", "command", b"\x00\xff\x00"),
        ("interactive:c", "interactive", b"\x00\xff\x02"),
    ]


async def test_finished_work_keeps_no_words_of_people(database: Database, clock: ManualClock) -> None:
    inbox = Inbox(database, clock)
    await inbox.keep("command:a", "command", b"a secret")
    inbox.done("command:a")
    await database.flush()
    bodies: list[bytes] = await database.read(lambda c: list(c.execute(table.select()).mappings().all()))
    assert [row["body"] for row in bodies] == [b""]  # type: ignore[call-overload]


async def test_what_is_released_may_come_again_and_nothing_else(database: Database, clock: ManualClock) -> None:
    inbox = Inbox(database, clock)
    for key in ("command:a", "command:b", "command:c"):
        await inbox.keep(key, "command", b"{}")
    inbox.done("command:b")
    await inbox.release("command:a")
    await inbox.release("command:b")
    assert [await inbox.keep(key, "command", b"{}") for key in ("command:a", "command:b", "command:c")] == [
        True,
        False,
        False,
    ]


async def test_finished_work_is_forgotten_after_a_day_and_unfinished_never(
    database: Database, clock: ManualClock
) -> None:
    inbox = Inbox(database, clock)
    for key in ("command:a", "command:b"):
        await inbox.keep(key, "command", b"{}")
    inbox.done("command:a")
    await database.flush()
    clock.advance(24 * 3600)
    await inbox.prune()
    assert not await inbox.keep("command:a", "command", b"{}")
    clock.advance(1)
    await inbox.prune()
    assert await inbox.keep("command:a", "command", b"{}")
    assert not await inbox.keep("command:b", "command", b"{}")


class InboxMachine(RuleBasedStateMachine):
    """Against a model: key -> [received_at, finished_at or None, attempts]."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.runner, self.database, self.clock = runner, database, ManualClock()
        self.inbox = Inbox(database, self.clock)
        self.model: dict[str, list[Any]] = {}
        self.run(database.write(lambda c: c.execute(table.delete())))

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @rule(key=KEYS)
    def keep(self, key: str) -> None:
        assert self.run(self.inbox.keep(key, "command", b"{}")) is (key not in self.model)
        self.model.setdefault(key, [self.clock.unix(), None, 0])

    @rule(key=KEYS)
    def done(self, key: str) -> None:
        self.inbox.done(key)
        self.run(self.database.flush())
        if key in self.model:
            self.model[key][1] = self.clock.unix()

    @rule()
    def left_over(self) -> None:
        found = self.run(self.inbox.left_over())
        wanted = {key: entry for key, entry in self.model.items() if entry[1] is None}
        assert {kept.key: kept.attempts for kept in found} == {key: entry[2] for key, entry in wanted.items()}
        assert [kept.received_at for kept in found] == sorted(kept.received_at for kept in found)
        for entry in wanted.values():
            entry[2] += 1

    @rule(seconds=st.sampled_from([1.0, 3600.0, KEEP_SECONDS]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def prune(self) -> None:
        self.run(self.inbox.prune())
        before = self.clock.unix() - KEEP_SECONDS
        self.model = {key: entry for key, entry in self.model.items() if entry[1] is None or entry[1] >= before}

    @rule()
    def restart(self) -> None:
        self.inbox = Inbox(self.database, self.clock)

    @invariant()
    def on_disk(self) -> None:
        rows = self.run(self.database.read(lambda c: c.execute(table.select()).mappings().all()))
        assert {row["key"]: (row["done_at"], row["attempts"]) for row in rows} == {
            key: (entry[1], entry[2]) for key, entry in self.model.items()
        }


def test_the_inbox_does_what_its_model_does(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
        runner.run(database.open())
        try:
            run_state_machine_as_test(
                lambda: InboxMachine(runner, database),
                settings=settings(max_examples=25, stateful_step_count=20, deadline=None, database=None),
            )
        finally:
            runner.run(database.close())
