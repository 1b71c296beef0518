"""Whatever people press and whatever goes wrong, in any order: the promises hold. A state machine over the real bot."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

sys.path.insert(0, str(Path(__file__).parents[1] / "trials"))

from abuse import FAULTS, PEOPLE, VERBS, Abuse
from stage import DANA, GIL, SAM

QUICK = tuple(kind for kind in FAULTS if kind != "dropped")
"""Slack waits three real seconds for what never arrives: that one is left to `make soak`."""
WRITES = st.sampled_from(["start", "finish", "skip", "comment", "status"])


class Promises(RuleBasedStateMachine):
    """Everything that can happen is a rule; everything that must hold is checked at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.abuse = Abuse(seed=1)

    def do(self, work: Any) -> None:
        self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.do(self.abuse.open())

    @rule(verb=st.sampled_from(VERBS), user=st.sampled_from(PEOPLE))
    def press(self, verb: str, user: str) -> None:
        self.do(self.abuse.type(verb, user, self.abuse.some_task()))

    @rule(verb=WRITES, users=st.permutations([DANA, SAM, GIL]))
    def press_the_same_together(self, verb: str, users: list[str]) -> None:
        task = self.abuse.some_task()

        async def together() -> None:
            await asyncio.gather(*(self.abuse.type(verb, user, task) for user in users))

        self.do(together())

    @rule(kind=st.sampled_from(QUICK), verb=WRITES, user=st.sampled_from(PEOPLE))
    def press_into_trouble(self, kind: str, verb: str, user: str) -> None:
        self.do(self.abuse.trouble(kind))
        self.do(self.abuse.type(verb, user, self.abuse.some_task()))

    @rule(kind=st.sampled_from(QUICK))
    def trouble(self, kind: str) -> None:
        self.do(self.abuse.trouble(kind))

    @rule(seconds=st.sampled_from([1.0, 6.0, 26.0]))
    def time_passes(self, seconds: float) -> None:
        self.do(self.abuse.pass_time(seconds))

    @rule()
    def restart(self) -> None:
        self.do(self.abuse.restart())

    @invariant()
    def slack_finds_nothing_wrong(self) -> None:
        assert not self.abuse.stage.slack.violations if hasattr(self.abuse, "stage") else True

    def teardown(self) -> None:
        try:
            if hasattr(self.abuse, "stage"):
                self.do(self.abuse.check())
        finally:
            self.do(self.abuse.close())
            self.runner.close()


@pytest.mark.slow
def test_the_promises_hold_whatever_happens() -> None:
    chosen = settings(
        max_examples=8,
        stateful_step_count=18,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Promises, settings=chosen)


async def test_a_story_of_the_soak_holds() -> None:
    abuse = Abuse(seed=4)
    await abuse.open()
    try:
        for _ in range(60):
            await abuse.random_step()
        await abuse.check()
        assert len(abuse.typed) > 20
    finally:
        await abuse.close()


async def test_the_check_finds_what_is_wrong() -> None:
    """A second comment of one wish, a write that nobody was allowed, an answer that never came."""
    abuse = Abuse(seed=2)
    await abuse.open()
    try:
        await abuse.type("comment", DANA, abuse.some_task())
        await abuse.check()
        world, word = abuse.stage.cutover.world, abuse.words[0]
        (made,) = [c for c in world.comments["101"] if word in c.content]
        world.comments["101"].append(made)
        with pytest.raises(AssertionError, match="stands there twice"):
            await abuse.check()
        world.comments["101"].pop()
        abuse.typed += [(GIL, "list")]
        with pytest.raises(AssertionError, match="0 answers to 1 wishes"):
            await abuse.check()
        abuse.typed.pop()
        abuse.stage.cutover.requests.append(type(abuse.stage.cutover.requests[0])(**_write(abuse)))
        with pytest.raises(AssertionError, match="without an intent"):
            await abuse.check()
    finally:
        await abuse.close()


def _write(abuse: Abuse) -> dict[str, Any]:
    """A write that no wish asked for."""
    known = abuse.stage.cutover.requests[0]
    fields = {name: getattr(known, name) for name in known.__dataclass_fields__}
    return {**fields, "method": "PATCH", "path": "/core/runbooks/101/tasks/101040/start"}
