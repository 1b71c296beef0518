"""The journal: a wish is on disk before its effect, and the same wish is carried out once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from ground_tools import NOW, intent
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from store_fixtures import url

from bot.errors import StoreUnavailable
from bot.journal import Intent, Journal, Outcome, OutcomeKind
from bot.model import Text
from bot.store import Database
from bot.store.tables import intents as table

__all__ = ["url"]

AT = NOW.timestamp()


async def test_an_intent_comes_back_as_it_was(database: Database) -> None:
    given = intent(
        user_name=Text("<!channel> ☂ \u202e"),
        origin={"kind": "action", "channel": "C0DCFAILOVR"},
        wish={"users": [1, "2"], "name": 'a "b"', "nested": {"x": None}},
        once="view:1",
    )
    assert (await Journal(database).begin(given)).fresh
    assert await Journal(database).open() == [given]


async def test_of_many_presses_at_once_one_is_fresh(database: Database) -> None:
    journal = Journal(database)
    begun = await asyncio.gather(*(journal.begin(intent(number)) for number in range(10)))
    assert sorted(one.fresh for one in begun) == [False] * 9 + [True]
    assert {one.intent.id for one in begun} == {next(one.intent.id for one in begun if one.fresh)}


@pytest.mark.parametrize(
    "other",
    [
        {"user_id": "U0SAM000002"},
        {"verb": "task.finish"},
        {"runbook_id": "2"},
        {"task_id": "8"},
        {"seen": "running"},
        {"team_id": "T2"},
        {"once": "view:2"},
    ],
    ids=lambda given: next(iter(given)),
)
async def test_another_wish_is_not_the_same_wish(database: Database, other: dict[str, str]) -> None:
    journal = Journal(database)
    await journal.begin(intent(1))
    assert (await journal.begin(intent(2, **other))).fresh


def test_keys_do_not_run_into_each_other() -> None:
    assert intent(verb="ab", runbook_id="c").key != intent(verb="a", runbook_id="bc").key


async def test_without_a_disk_no_wish_begins(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await database.open()
    await database.close()
    with pytest.raises(StoreUnavailable):
        await Journal(database).begin(intent())


async def test_the_last_of_a_target_is_the_latest_that_was_done(database: Database) -> None:
    journal = Journal(database)
    for number, (verb, kind) in enumerate(
        [("task.start", "done"), ("task.finish", "done"), ("task.finish", "refused"), ("task.comment", "done")]
    ):
        one = intent(number, verb=verb, at=AT + number, seen=str(number))
        await journal.begin(one)
        journal.settle(one, Outcome(OutcomeKind(kind), AT + number + 0.5))
    await journal.flush()
    found = await journal.last("1", "7", ("task.start", "task.finish"))
    assert found is not None
    assert (found[0].at, found[1].kind, found[1].at) == (AT + 1, OutcomeKind.DONE, AT + 1.5)
    assert await journal.last("1", "8", ("task.start",)) is None


async def test_what_is_done_and_not_signed_is_found_until_it_is_signed(database: Database) -> None:
    journal = Journal(database)
    for number, (note, at) in enumerate([("sign:Started", AT), ("", AT), ("sign:Finished", AT - 100), ("sing", AT)]):
        one = intent(number, at=at, seen=str(number))
        await journal.begin(one)
        journal.settle(one, Outcome(OutcomeKind.DONE, AT, note))
    await journal.flush()
    found = await journal.unsigned("sign:", AT - 50)
    assert [(one.id, word) for one, word in found] == [(intent(0).id, "Started")]
    journal.signed(found[0][0])
    await journal.flush()
    assert await journal.unsigned("sign:", AT - 50) == []


class JournalMachine(RuleBasedStateMachine):
    """Three wishes, begun and settled in any order. The model: the state of each wish's newest row."""

    WISHES = st.integers(0, 2)

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.run, self.database, self.journal = runner.run, database, Journal(database)
        self.number = 0
        self.newest: dict[int, tuple[Intent, str]] = {}
        self.rows = 0
        self.run(database.write(lambda c: c.execute(table.delete())))

    @rule(wish=WISHES)
    def begin(self, wish: int) -> None:
        self.number += 1
        one = intent(self.number, task_id=str(wish), at=AT + self.number)
        begun = self.run(self.journal.begin(one))
        before = self.newest.get(wish)
        assert begun.fresh is (before is None or before[1] == "refused")
        if begun.fresh:
            self.newest[wish] = (one, "open")
            self.rows += 1
            return
        assert before is not None
        assert begun.intent == before[0]
        assert (begun.outcome.kind if begun.outcome else "open") == before[1]

    @rule(wish=WISHES, kind=st.sampled_from(list(OutcomeKind)))
    def settle(self, wish: int, kind: OutcomeKind) -> None:
        """Only what is open or unknown is settled, as `Performer` and `Recovery` do."""
        if self.newest.get(wish, (None, "done"))[1] not in ("open", "unknown"):
            return
        one, _ = self.newest[wish]
        self.journal.settle(one, Outcome(kind, AT))
        self.newest[wish] = (one, kind)

    @rule()
    def restart(self) -> None:
        self.run(self.database.flush())
        self.journal = Journal(self.database)

    @precondition(lambda self: self.newest)
    @rule()
    def look(self) -> None:
        self.run(self.journal.flush())
        found = self.run(self.journal.open())
        wanted = [one for one, state in self.newest.values() if state in ("open", "unknown")]
        assert found == sorted(wanted, key=lambda one: one.at)

    @invariant()
    def nothing_is_forgotten(self) -> None:
        rows: list[Any] = self.run(self.database.read(lambda c: c.execute(table.select()).all()))
        assert len(rows) == self.rows


def test_the_journal_does_what_its_model_does(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
        runner.run(database.open())
        try:
            run_state_machine_as_test(
                lambda: JournalMachine(runner, database),
                settings=settings(max_examples=25, stateful_step_count=20, deadline=None, database=None),
            )
        finally:
            runner.run(database.close())
