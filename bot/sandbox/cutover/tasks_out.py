"""Tasks and runbooks as bytes of JSON, kept per task until it changes: a page of a big runbook is then a join
of bytes.

Variants of a task: `plain` in lists, `whole` alone (with its graph), `forecast` (graph and display times), or a
sparse set.
"""

from __future__ import annotations

from typing import Any

import orjson

from . import plan
from .runbook import Runbook, Task
from .shapes import Json, answers, ref, refs, resource, when
from .world import World

FOREVER = float("inf")


class TaskWriter:
    """Writes the tasks of one runbook in one variant; make one per answer."""

    def __init__(
        self, world: World, runbook: Runbook, variant: str, extra: bool, fields: set[str] | None = None
    ) -> None:
        self.world, self.runbook, self.extra, self.fields = world, runbook, extra, fields
        self.variant = variant
        self.key = f"{variant}:{extra}" if fields is None else f"{variant}:{extra}:{','.join(sorted(fields))}"
        self.live = world.live[runbook.id]
        self.now = world.now()
        if variant == "forecast":
            plan.reforecast(world, runbook, self.now)

    def write(self, task: Task) -> bytes:
        """The resource object of a task."""
        kept = self.live.cache.get(task.id)
        if kept is not None:
            found = kept.get(self.key)
            if found is not None and found[0] > self.now:
                return found[1]
        return self.live.keep(task.id, self.key, self._until(task), orjson.dumps(self.resource(task)))

    def _until(self, task: Task) -> float:
        """How long the written form stays true: lateness and elapsed time change by themselves."""
        if not self.extra or task.stage == "complete" or self.runbook.stage not in ("active", "paused"):
            return FOREVER
        if task.stage == "in_progress":
            return self.now + 1.0
        return task.start_planned if self.now <= task.start_planned else FOREVER

    def resource(self, task: Task) -> Json:
        """The task as a dict, sparse if so asked (both attributes and relationships, as JSON:API has it)."""
        attributes, relationships = self._attributes(task), self._relationships(task)
        if self.fields is not None:
            attributes = {k: v for k, v in attributes.items() if k in self.fields}
            relationships = {k: v for k, v in relationships.items() if k in self.fields}
        path = f"/core/runbooks/{self.runbook.id}/tasks/{task.id}"
        return resource("task", task.id, attributes, relationships, path)

    def _attributes(self, task: Task) -> Json:
        attributes: Json = {
            "created_at": when(task.created_at),
            "comments_count": task.comments_count,
            "completion_type": task.completion_type,
            "custom_field_values": answers(self.world, task.answers),
            "description": task.description,
            "disable_notify": task.disable_notify,
            "duration": plan.seconds(self.world, task),
            "end_actual": when(task.end_actual),
            "end_fixed": when(task.end_fixed),
            "end_planned": when(task.end_planned),
            "end_requirements": task.end_requirements,
            "level": task.level,
            "name": task.name,
            "start_actual": when(task.start_actual),
            "start_requirements": task.start_requirements,
            "start_fixed": when(task.start_fixed),
            "start_planned": when(task.start_planned),
            "start_ready": when(task.start_ready),
            "updated_at": when(task.updated_at),
            "stage": task.stage,
        }
        if self.extra:
            attributes |= self._additions(task)
        if self.variant == "forecast":
            attributes["start_display"] = when(task.start_forecast)
            attributes["end_display"] = when(task.end_forecast)
            attributes["predecessor_ids"] = task.predecessors
            attributes["successor_ids"] = self.live.successors[task.id]
        return attributes

    def _additions(self, task: Task) -> Json:
        elapsed = None
        if task.start_actual is not None:
            elapsed = int((task.end_actual if task.end_actual is not None else self.now) - task.start_actual)
        links: list[dict[str, Any]] = []
        if task.child_id:
            # the vendor's server reads link ids as text and writes them as numbers (its bug API-461)
            links.append({"id": int(task.child_id), "link_type": "runbook"})
        links += [{"id": int(each), "link_type": "snippet"} for each in task.snippet_ids]
        return {"elapsed_duration": elapsed, "is_late": self.late(task), "message": task.message, "task_links": links}

    def late(self, task: Task) -> bool:
        """Behind plan: done after its planned end, running past it, or not begun at its planned start."""
        if task.stage == "complete":
            late_end = task.end_fixed if task.end_fixed is not None else task.end_planned
            return task.end_actual is not None and task.end_actual > late_end
        if self.runbook.stage not in ("active", "paused"):
            return False
        return self.now > (task.end_planned if task.stage == "in_progress" else task.start_planned)

    def _relationships(self, task: Task) -> Json:
        found: Json = {
            "runbook_version": ref("runbook_version", self.runbook.version_id),
            "stream": ref("stream", task.stream_id),
            "task_type": ref("task_type", task.type_id),
        }
        if self.extra:
            found["assignees"] = {"data": refs("user", task.people)["data"] + refs("runbook_team", task.teams)["data"]}
            if task.source_task_id:
                found["source_task"] = ref("task", task.source_task_id)
                found["source_runbook"] = ref("runbook", task.source_runbook_id)
            if self.variant != "plain":
                found["predecessors"] = refs("task", task.predecessors)
                found["successors"] = refs("task", self.live.successors[task.id])
        return found


def _runbook_relationships(runbook: Runbook) -> Json:
    return {
        "workspace": ref("workspace", runbook.workspace_id),
        "current_version": ref("runbook_version", runbook.version_id),
        "folder": ref("folder", runbook.folder_id),
        "runbook_type": ref("runbook_type", runbook.type_id),
    }


def runbook_resource(world: World, runbook: Runbook, extra: bool) -> Json:
    """A runbook; run type and communications exist only after a start (R12)."""
    ends = plan.ends(world, runbook, world.now())
    attributes: Json = {
        "archived": runbook.archived,
        "custom_field_values": answers(world, runbook.answers),
        "created_at": when(runbook.created_at),
        "description": runbook.description,
        "is_template": runbook.is_template,
        "name": runbook.name,
        "run_comms": runbook.run_comms,
        "run_type": runbook.run_type,
        "stage": runbook.stage,
        "status": runbook.status,
        "status_message": runbook.status_message,
        "status_updated_at": when(runbook.status_updated_at),
        "template_status": runbook.template_status,
        "template_next_review_at": when(runbook.template_next_review_at),
        "timezone": runbook.timezone,
        "updated_at": when(runbook.updated_at),
        "end_actual": when(runbook.end_actual),
        "end_forecast": when(ends[1]),
        "end_planned": when(ends[0]),
        "end_scheduled": when(runbook.end_scheduled),
        "start_actual": when(runbook.start_actual),
        "start_planned": when(runbook.start_planned),
        "start_scheduled": when(runbook.start_scheduled),
        "timing_mode": "unscheduled" if runbook.start_scheduled is None else "scheduled",
    }
    relationships = _runbook_relationships(runbook)
    if extra:
        attributes |= {"template_type": runbook.template_type, "rto": runbook.rto}
        relationships["author"] = ref("user", runbook.author_id)
    made = resource("runbook", runbook.id, attributes, relationships, f"/core/runbooks/{runbook.id}")
    made["attributes"].setdefault("template_status", None)  # may be null, unlike nearly all others
    return made
