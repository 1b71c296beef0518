"""After a crash: what was begun is looked up in Cutover, settled, signed, and told to the person who asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from ground_tools import NOW, HastyClock, intent

from bot.actions import Performer, Recovery
from bot.blocks.message import Message
from bot.cutover import CutoverClient, Transport
from bot.identity import Acting, Policy
from bot.journal import Intent, Journal, Outcome, OutcomeKind
from bot.sandbox.cutover import EmbeddedCutover, presses, runs
from bot.store import Database
from bot.store.tables import intents as table

TASK = "Open the bridge and call the roll"


class Scene:
    """A fail-over that runs, a journal, and a bot that has just come back after a crash an hour long."""

    def __init__(self, cutover: EmbeddedCutover, client: CutoverClient, database: Database, clock: HastyClock) -> None:
        self.cutover, self.database, self.clock = cutover, database, clock
        self.journal = Journal(database)
        self.told: list[tuple[str, str]] = []
        self.world = cutover.world
        self.runbook = self.world.runbook_named("DC North to DC South fail-over")
        runs.start(self.world, self.runbook, self.world.person("dana"), run_type="rehearsal", comms="off")
        cutover.settle()
        self.task = self.world.task_named(TASK)
        clock.advance(1)  # the bot starts a second after the wish
        performer = Performer(client, self.journal, clock, Acting(client, Policy(frozenset(), clock)))
        self.recovery = Recovery(performer, self.journal, clock, self._tell)

    async def _tell(self, one: Intent, message: Message) -> None:
        self.told.append((one.id, message.text))

    async def begin(self, number: int = 1, **given: Any) -> Intent:
        one = intent(number, **{"runbook_id": str(self.runbook.id), "task_id": str(self.task.id), **given})
        assert (await self.journal.begin(one)).fresh
        return one

    def press(self) -> None:
        presses.start(self.world, self.runbook, self.task, self.world.person("dana"), override=True, selected=None)

    async def states(self) -> list[tuple[str, str | None]]:
        await self.journal.flush()
        rows = await self.database.read(lambda c: c.execute(table.select().order_by(table.c.id)).mappings().all())
        return [(row["state"], row["outcome"]) for row in rows]

    def comments(self) -> list[str]:
        return [seen.body["data"]["attributes"]["content"] for seen in self.cutover.requests if seen.method == "POST"]


@pytest.fixture
async def scene(database: Database, session: aiohttp.ClientSession, hasty: HastyClock) -> AsyncIterator[Scene]:
    async with EmbeddedCutover(world="failover", start=NOW.timestamp()) as cutover:
        transport = Transport(
            cutover.url, cutover.tokens["bot"], session=session, clock=hasty, deadline=5.0, jitter=lambda: 0.0
        )
        yield Scene(cutover, CutoverClient(transport, hasty), database, hasty)


async def test_what_was_done_is_settled_at_once_and_told(scene: Scene) -> None:
    one = await scene.begin()
    scene.press()
    assert await scene.recovery.settle_open() == 1
    assert await scene.states() == [("done", "")]
    [(told, text)] = scene.told
    assert told == one.id
    assert "yes" in text
    assert TASK in text
    assert await scene.recovery.settle_open() == 0


async def test_what_is_not_there_may_still_be_on_its_way(scene: Scene) -> None:
    one = await scene.begin()
    assert await scene.recovery.settle_open() == 0
    scene.clock.advance(20)
    assert await scene.recovery.settle_open() == 1
    assert await scene.states() == [("refused", "not_done")]
    assert "did not happen" in scene.told[0][1]
    assert (await scene.journal.begin(intent(2, runbook_id=one.runbook_id, task_id=one.task_id))).fresh


async def test_while_cutover_is_down_it_goes_on_looking_for_an_hour(scene: Scene) -> None:
    await scene.begin()
    scene.cutover.order([{"method": "GET", "times": None, "do": {"status": 503}}])
    for _ in range(5):
        scene.clock.advance(600)
        assert await scene.recovery.settle_open() == 0
    assert scene.told == []
    scene.clock.advance(600)
    assert await scene.recovery.settle_open() == 1
    assert await scene.states() == [("refused", "never_known")]
    assert "unknown" in scene.told[0][1]


async def test_when_cutover_comes_back_the_look_tells(scene: Scene) -> None:
    await scene.begin()
    scene.press()
    scene.cutover.order([{"method": "GET", "times": None, "do": {"cut": "before"}}])
    assert await scene.recovery.settle_open() == 0
    scene.cutover.forget_faults()
    assert await scene.recovery.settle_open() == 1
    assert (await scene.states())[0][0] == "done"


async def test_a_wish_in_flight_in_this_process_is_left_alone(scene: Scene) -> None:
    await scene.begin(at=scene.clock.unix())
    scene.press()
    assert await scene.recovery.settle_open() == 0
    scene.clock.advance(20)
    assert await scene.recovery.settle_open() == 1


async def test_an_unknown_outcome_is_looked_up_again(scene: Scene) -> None:
    one = await scene.begin()
    scene.journal.settle(one, Outcome(OutcomeKind.UNKNOWN, scene.clock.unix()))
    scene.press()
    assert await scene.recovery.settle_open() == 1
    assert (await scene.states())[0][0] == "done"


async def test_who_is_answered_otherwise_is_not_told_twice(scene: Scene) -> None:
    await scene.begin(origin={"delivery": "command:a"})
    scene.press()
    assert await scene.recovery.settle_open(quiet={"command:a"}) == 1
    assert scene.told == []


async def test_a_wish_of_another_version_holds_up_no_other(scene: Scene) -> None:
    await scene.begin(1, verb="task.teleport")
    await scene.begin(2)
    scene.press()
    assert await scene.recovery.settle_open() == 1
    scene.clock.advance(3600)
    assert await scene.recovery.settle_open() == 1
    assert [state for state, _ in await scene.states()] == ["refused", "done"]
    assert "unknown" in scene.told[-1][1]


async def test_the_comment_that_a_crash_cut_off_is_written_once(scene: Scene) -> None:
    one = await scene.begin()
    scene.press()
    scene.journal.settle(one, Outcome(OutcomeKind.DONE, scene.clock.unix(), "sign:Started"))
    await scene.journal.flush()
    for _ in range(2):
        await scene.recovery.sign_missing()
        await scene.journal.flush()
    assert len(scene.comments()) == 1
    assert "Started from Slack by Dana Okafor (U0DANA00001)" in scene.comments()[0]


async def test_a_comment_that_did_arrive_is_not_written_again(scene: Scene) -> None:
    one = await scene.begin(wish={"sign": "Started"})
    scene.press()
    words = "<p>Started from Slack by Dana Okafor (U0DANA00001)</p>"
    presses.comment(scene.world, scene.runbook, scene.world.person("bot"), words, scene.task)
    scene.journal.settle(one, Outcome(OutcomeKind.DONE, scene.clock.unix(), "sign:Started"))
    await scene.journal.flush()
    await scene.recovery.sign_missing()
    assert scene.comments() == []
    await scene.journal.flush()
    assert await scene.journal.unsigned("sign:", 0) == []


async def test_while_cutover_takes_no_comment_the_mark_stays(scene: Scene) -> None:
    one = await scene.begin(wish={"sign": "Started"})
    scene.press()
    scene.journal.settle(one, Outcome(OutcomeKind.DONE, scene.clock.unix(), "sign:Started"))
    await scene.journal.flush()
    scene.cutover.order([{"method": "POST", "times": 1, "do": {"status": 503}}])
    await scene.recovery.sign_missing()
    await scene.journal.flush()
    assert [word for _, word in await scene.journal.unsigned("sign:", 0)] == ["Started"]
    await scene.recovery.sign_missing()
    await scene.journal.flush()
    assert await scene.journal.unsigned("sign:", 0) == []
