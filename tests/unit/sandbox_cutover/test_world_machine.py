"""Random people do random things to a random runbook: the laws of a run hold after every step, nothing crashes."""

from __future__ import annotations

import os
import random
from typing import Any

import orjson
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.sandbox.cutover import plan
from bot.sandbox.cutover.api import Call
from bot.sandbox.cutover.clock import Clock, iso
from bot.sandbox.cutover.errors import Refusal
from bot.sandbox.cutover.load import base
from bot.sandbox.cutover.routes import split, table
from bot.sandbox.cutover.runbook import Runbook, Stream, Task
from bot.sandbox.cutover.world import World

START = 1_800_000_000.0
PEOPLE = ("dana", "sam", "mei", "tom", "rosa", "gil")
KINDS = ("normal", "normal", "milestone", "validation", "branching", "branching", "automated", "timer", "email")


def random_world(seed: int) -> World:
    """A world with one runbook "1" of 3 to 12 tasks in a random graph."""
    rng = random.Random(seed)
    world = base(Clock(0.0, START))
    who = [world.person(key).id for key in PEOPLE[:4]]
    kinds = {kind.key: kind.id for kind in world.task_types.values()}
    runbook = Runbook(
        id="1",
        name="Random",
        version_id="11",
        workspace_id="11",
        folder_id="21",
        type_id="32",
        author_id=who[0],
        start_planned=START,
        admins=who[:1],
        editors={who[1]: ["s1"]},
        members=who[2:],
        streams={sid: Stream(id=sid, name=sid, is_primary=sid == "s1") for sid in ("s1", "s2")},
    )
    for number in range(1, rng.randint(3, 12) + 1):
        before = [tid for tid in runbook.tasks if rng.random() < 0.3]
        runbook.tasks[str(number)] = Task(
            id=str(number),
            number=number,
            name=f"Task {number}",
            stream_id=rng.choice(("s1", "s2")),
            type_id=kinds[rng.choice(KINDS)],
            predecessors=before,
            people=rng.sample(who, rng.randint(0, 3)),
            start_requirements=rng.choice(("any_can_start", "all_must_start")),
            end_requirements=rng.choice(("any_can_end", "all_must_end", "same_must_end")),
            start_fixed=START + rng.randint(0, 3000) if rng.random() < 0.2 else None,
        )
    world.add_runbook(runbook)
    plan.replan(world, runbook)
    return world


class RunMachine(RuleBasedStateMachine):
    """All steps go through the handlers, as requests do."""

    @initialize(seed=st.integers(0, 10_000), run_type=st.sampled_from(("live", "rehearsal")))
    def begin(self, seed: int, run_type: str) -> None:
        self.world = random_world(seed)
        self.runbook = self.world.runbooks["1"]
        self.table = table(additions=True)
        self.begun: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.refused = 0
        self.send("dana", "PATCH", "start", {"meta": {"run_type": run_type, "comms": "off", "rebaseline": True}})
        assert self.runbook.stage in ("active", "complete")

    def send(self, person: str, method: str, path: str, body: Any = None) -> dict[str, Any] | None:
        """One request; None when it was refused. Anything but an answer or a refusal is a crash."""
        full = f"/core/runbooks/1/{path}"
        pattern, ids = split(full)
        raw = b"" if body is None else orjson.dumps(body)
        call = Call(self.world, self.world.person(person), full, ids, {}, raw)
        self.world.tick()
        before = self.world.changes
        try:
            reply = self.table[pattern][method](call)
        except Refusal as error:
            refusal = error
        else:
            assert 200 <= reply.status < 300
            return dict(orjson.loads(reply.body)) if reply.body else {}
        assert 400 <= refusal.status < 500
        assert refusal.body()["errors"]
        assert self.world.changes == before, "a refused request changed something"
        self.refused += 1
        return None

    def pick(self, number: int) -> str:
        ids = sorted(self.runbook.tasks, key=int)
        return ids[number % len(ids)] if ids else "0"

    def pick_open(self, number: int) -> str:
        """Mostly a task that is open, now and then any."""
        ids = sorted(self.world.live["1"].open, key=int)
        return ids[number % len(ids)] if ids and number % 5 else self.pick(number)

    @rule(person=st.sampled_from(PEOPLE), number=st.integers(0, 20), override=st.booleans())
    def start(self, person: str, number: int, override: bool) -> None:
        self.send(person, "PATCH", f"tasks/{self.pick_open(number)}/start", {"meta": {"override": override}})

    @rule(person=st.sampled_from(PEOPLE), number=st.integers(0, 20), data=st.data())
    def finish(self, person: str, number: int, data: st.DataObject) -> None:
        tid = self.pick_open(number)
        meta: dict[str, Any] = {"override": data.draw(st.booleans())}
        after = self.world.live["1"].successors.get(tid, [])
        if after and data.draw(st.booleans()):
            chosen = data.draw(st.lists(st.sampled_from([*after, "999"]), max_size=3))
            meta["selected_successor_ids"] = [int(each) for each in chosen]
        if data.draw(st.booleans()):
            answer = [{"name": "Validation result", "value": "Pass"}]
            sent = {"data": {"type": "task", "attributes": {"custom_field_values": answer}}}
            self.send(person, "PATCH", f"tasks/{tid}", sent)
        self.send(person, "PATCH", f"tasks/{tid}/finish", {"meta": meta})

    @rule(person=st.sampled_from(PEOPLE), number=st.integers(0, 20))
    def skip(self, person: str, number: int) -> None:
        self.send(person, "PATCH", f"tasks/{self.pick_open(number)}/skip", {"meta": {"comment": "not needed"}})

    @rule(number=st.integers(0, 20))
    def run_on(self, number: int) -> None:
        """The admin starts and finishes whatever is open, so that runs get somewhere."""
        for tid in list(self.world.live["1"].open):
            answer = [{"name": "Validation result", "value": "Fail"}]
            sent = {"data": {"type": "task", "attributes": {"custom_field_values": answer}}}
            self.send("dana", "PATCH", f"tasks/{tid}", sent)
            self.send("dana", "PATCH", f"tasks/{tid}/start", {"meta": {"override": True}})
            if number % 2:
                meta: dict[str, Any] = {"override": True}
                if number % 3 == 0:
                    meta["selected_successor_ids"] = [int(each) for each in self.world.live["1"].successors[tid][:1]]
                self.send("dana", "PATCH", f"tasks/{tid}/finish", {"meta": meta})

    @rule(seconds=st.integers(0, 4000))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds)
        self.world.tick()

    @rule(do=st.sampled_from(("pause", "resume", "resume", "resume")), person=st.sampled_from(("dana", "sam")))
    def whole_run(self, do: str, person: str) -> None:
        self.send(person, "PATCH", do, {"meta": {"message": ""}})

    @precondition(lambda self: len(self.runbook.tasks) < 20)
    @rule(person=st.sampled_from(PEOPLE), before=st.lists(st.integers(0, 20), max_size=3))
    def add(self, person: str, before: list[int]) -> None:
        links = [{"id": self.pick(number), "type": "task"} for number in before]
        body = {
            "data": {
                "type": "task",
                "attributes": {"name": "Added"},
                "relationships": {"predecessors": {"data": links}},
            }
        }
        self.send(person, "POST", "tasks", body)

    @rule(number=st.integers(0, 20), before=st.lists(st.integers(0, 20), max_size=2))
    def relink(self, number: int, before: list[int]) -> None:
        links = [{"id": self.pick(each), "type": "task"} for each in before]
        body = {"data": {"type": "task", "relationships": {"predecessors": {"data": links}}}}
        self.send("dana", "PATCH", f"tasks/{self.pick(number)}", body)

    @rule(number=st.integers(0, 20), fixed=st.integers(0, 5000))
    def fix(self, number: int, fixed: int) -> None:
        at = "" if fixed < 1000 else iso(START + fixed)
        body = {"data": {"type": "task", "attributes": {"start_fixed": at, "duration": fixed}}}
        self.send("dana", "PATCH", f"tasks/{self.pick(number)}", body)

    @precondition(lambda self: len(self.runbook.tasks) > 3)
    @rule(number=st.integers(0, 20))
    def delete(self, number: int) -> None:
        self.send("dana", "DELETE", f"tasks/{self.pick(number)}")

    @invariant()
    def nothing_runs_before_its_time(self) -> None:
        tasks = self.runbook.tasks
        for task in tasks.values():
            if task.stage in ("startable", "in_progress"):
                assert all(tasks[pid].stage == "complete" for pid in task.predecessors)

    @invariant()
    def what_is_free_is_open(self) -> None:
        if self.runbook.stage != "active":
            return
        now = self.world.now()
        for task in self.runbook.tasks.values():
            waiting = task.stage == "default" and all(
                self.runbook.tasks[pid].stage == "complete" for pid in task.predecessors
            )
            held = self.runbook.run_type == "live" and task.start_fixed is not None and task.start_fixed > now
            assert not waiting or held

    @invariant()
    def complete_means_all_done(self) -> None:
        done = all(task.stage == "complete" for task in self.runbook.tasks.values())
        assert (self.runbook.stage == "complete") <= done
        if self.runbook.stage == "active":
            assert not done

    @invariant()
    def nothing_starts_or_ends_twice(self) -> None:
        for task in self.runbook.tasks.values():
            for kept, at in ((self.begun, task.start_actual), (self.ended, task.end_actual)):
                if at is not None:
                    assert kept.setdefault(task.id, at) == at
                else:
                    assert task.id not in kept

    @invariant()
    def times_go_forward(self) -> None:
        begun = self.runbook.start_actual
        assert begun is not None
        for task in self.runbook.tasks.values():
            ready = begun if task.start_ready is None else task.start_ready
            started = ready if task.start_actual is None else task.start_actual
            assert begun <= ready <= started
            assert task.end_actual is None or started <= task.end_actual <= self.world.now()

    @invariant()
    def indexes_agree_with_the_records(self) -> None:
        live, tasks = self.world.live["1"], self.runbook.tasks
        assert live.open == {t.id for t in tasks.values() if t.stage in ("startable", "in_progress")}
        assert live.left == sum(1 for t in tasks.values() if t.stage != "complete")
        for task in tasks.values():
            assert sorted(live.successors[task.id]) == sorted(t.id for t in tasks.values() if task.id in t.predecessors)
            assert all(live.rank[pid] < live.rank[task.id] for pid in task.predecessors)

    @invariant()
    def incremental_times_are_the_full_ones(self) -> None:
        """Planned and forecast times kept by small steps equal those of a fresh pass over everything."""
        plan.reforecast(self.world, self.runbook, self.world.now())
        kept = {t.id: times_of(t) for t in self.runbook.tasks.values()}
        live = self.world.live["1"]
        plan.replan(self.world, self.runbook)
        live.dirty.update(self.runbook.tasks)
        plan.reforecast(self.world, self.runbook, self.world.now())
        for task in self.runbook.tasks.values():
            assert kept[task.id] == times_of(task)


def times_of(task: Task) -> tuple[float, ...]:
    """Planned and forecast times."""
    return task.start_planned, task.end_planned, task.start_forecast, task.end_forecast


TestRuns = RunMachine.TestCase
TestRuns.settings = settings(
    max_examples=150,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    # shrinking a run of 25 steps takes a minute: SHRINK=1 asks for it when a failure is to be understood
    phases=(Phase.generate, Phase.shrink) if os.environ.get("SHRINK") else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
