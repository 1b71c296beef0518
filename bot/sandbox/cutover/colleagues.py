"""Simulated colleagues: they start and finish their tasks and change stream statuses, and leave the visitor's
tasks alone.

They act by the same presses as anybody, as the person assigned, at moments drawn from the world's seed.
"""

from __future__ import annotations

from . import access, presses
from .errors import Refusal
from .plan import seconds
from .runbook import Runbook, Stream, Task
from .things import Person
from .world import World

PAUSES = (20, 90)  # seconds a colleague takes to press Start
PACE = (0.6, 1.2)  # part of the planned length that the work takes


class Colleagues:
    """What they mean to do next: one moment per open task."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.moments: dict[tuple[str, str], float] = {}

    def tick(self, until: float) -> int:
        """Everything they do up to `until`, in order and between what time itself does; returns how much."""
        count = 0
        while True:
            first = min(self._due(), default=None)
            if first is None or first[0] > until:
                return count
            self.world.tick(first[0])
            count += self._act(*first[1:])
            self._statuses(self.world.runbooks[first[1]])

    def _due(self) -> list[tuple[float, str, str]]:
        found: list[tuple[float, str, str]] = []
        for runbook in self.world.active():
            for tid in self.world.live[runbook.id].open:
                task = runbook.tasks[tid]
                if not task.visitor and self._who(runbook, task) is not None:
                    found.append((self._moment(runbook, task), runbook.id, tid))
        return found

    def _moment(self, runbook: Runbook, task: Task) -> float:
        key = (task.id, task.stage)
        if key not in self.moments:
            rng = self.world.rng
            if task.stage == "startable":
                after = rng.uniform(*PAUSES)
            else:
                after = max(30.0, seconds(self.world, task) * rng.uniform(*PACE))
            self.moments[key] = self.world.now() + after
        return self.moments[key]

    def _who(self, runbook: Runbook, task: Task) -> Person | None:
        """The next assignee whose press is missing."""
        pressed = task.started_by if task.stage == "startable" else task.finished_by
        people = [self.world.people[uid] for uid in access.assignees(runbook, task)]
        if task.stage == "in_progress" and task.end_requirements == "same_must_end":
            people = [self.world.people[uid] for uid in task.started_by]
        return next((p for p in people if not p.archived and p.id not in pressed), None)

    def _act(self, rid: str, tid: str) -> int:
        runbook = self.world.runbooks[rid]
        task = runbook.tasks[tid]
        self.moments.pop((tid, task.stage), None)
        who = self._who(runbook, task)
        if who is None:
            return 0
        press = presses.start if task.stage == "startable" else presses.finish
        try:
            self._answer(task, "task_start" if task.stage == "startable" else "task_end")
            press(self.world, runbook, task, who, override=False, selected=None)
        except Refusal:
            self.moments[(tid, task.stage)] = self.world.now() + 120.0  # cannot now, looks again later
            return 0
        return 1

    def _answer(self, task: Task, moment: str) -> None:
        """What a colleague writes into required fields."""
        for fid in presses.questions(self.world, task, moment):
            field = self.world.custom_fields[fid]
            if field.id in task.answers:
                continue
            first = field.options[0] if field.options else f"{self.world.rng.randint(3, 40)}"
            task.answers[fid] = list(field.options) if field.field_type == "multi_select" else first

    def _statuses(self, runbook: Runbook) -> None:
        """Stream statuses follow the work: amber when late, green when on time again or done."""
        if runbook.stage not in ("active", "complete"):
            return
        now = self.world.now()
        worst: dict[str, tuple[str, str]] = {}
        for task in runbook.tasks.values():
            begun = task.start_actual is not None
            if task.stage == "in_progress" and now > task.end_planned + 600:
                worst[task.stream_id] = ("amber", f"{task.name} takes longer than planned")
            elif begun and worst.get(task.stream_id, ("",))[0] != "amber":
                worst[task.stream_id] = ("green", "On its way")
        for sid, (status, message) in worst.items():
            self._set(runbook, runbook.streams[sid], status, message, now)

    def _set(self, runbook: Runbook, stream: Stream, status: str, message: str, now: float) -> None:
        if stream.status in (status, "red"):  # red is a human's word
            return
        editor = next((uid for uid, own in runbook.editors.items() if stream.id in own), runbook.admins[0])
        stream.status, stream.status_message = status, message
        stream.status_updated_at, stream.status_author_id = now, editor
        text = f"{stream.name} is {status}"
        changes = {"status": status}
        resource = ("stream", stream.id)
        self.world.note("stream.updated", runbook, by=editor, text=text, resource=resource, changes=changes)
