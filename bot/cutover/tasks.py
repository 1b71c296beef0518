"""Tasks of a runbook. The one rule: a task is always named with its runbook, so no other runbook's task is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypedDict, Unpack

from bot.cutover import paths, wire, wire_write
from bot.cutover.caller import Caller
from bot.cutover.drafts import TaskFields
from bot.cutover.pages import Pages
from bot.errors import BadInput
from bot.model import Ref, Task


class TaskFilters(TypedDict, total=False):
    """Filters of a task list. All are additions and an instance may ignore them: filter the result too."""

    stage: Sequence[str]
    stream_id: Sequence[str]
    completion_type: Sequence[str]
    task_type_id: Sequence[str]
    level: Sequence[str]
    search_term: str
    has_comments: bool
    runbook_team_id: Sequence[str]
    user_id: Sequence[str]
    source_runbook_id: Sequence[str]


class TaskCalls(Caller):
    """All tasks are those of the runbook's current version."""

    def list_runbook_tasks(
        self,
        runbook_id: str,
        *,
        page_number: int | None = None,
        page_size: int | None = None,
        sort: str | None = None,
        fields: Sequence[str] | None = None,
        forecast: bool | None = None,
        **filters: Unpack[TaskFilters],
    ) -> Pages[Task]:
        """Tasks. `forecast` adds start_display, end_display and the graph; Cutover then ignores pages and filters.

        `sort`: `start_planned` or `-start_planned`. `fields`: the only attributes to return.
        """
        params: dict[str, paths.Scalar | Sequence[str]] = {
            "page[number]": page_number,
            "page[size]": page_size,
            "sort": sort,
            "fields[task]": fields,
            "forecast": forecast,
        }
        given: Mapping[str, Any] = filters
        for name, value in given.items():
            is_ids = name.endswith("_id")
            params[name] = paths.checked_all(value, name[:-3].replace("_", " ")) if is_ids else value
        path = paths.runbook(runbook_id, "tasks")
        return self._list("list_runbook_tasks", path, partial(_task, runbook_id), params)

    async def create_runbook_task(self, runbook_id: str, fields: TaskFields) -> Task:
        path = paths.runbook(runbook_id, "tasks")
        read = partial(wire.task, runbook_id=runbook_id)
        return await self._write("create_runbook_task", "POST", path, read, body=wire_write.task(fields, None))

    async def get_runbook_task(self, runbook_id: str, task_id: str) -> Task:
        path = paths.task(runbook_id, task_id)
        return await self._get("get_runbook_task", path, partial(wire.task, runbook_id=runbook_id))

    async def update_runbook_task(self, runbook_id: str, task_id: str, fields: TaskFields) -> Task:
        """Change what is set in `fields`."""
        return await self._change_task("update_runbook_task", runbook_id, task_id, wire_write.task(fields, task_id))

    async def set_task_assignees(
        self, runbook_id: str, task_id: str, refs: Iterable[Ref], *, replace: bool = False
    ) -> Task:
        """Addition, a form of updateRunbookTask. Adds `user` and `runbook_team` refs, or puts them in place of all.

        Somebody who is no participant of the runbook is ignored silently by Cutover: compare the task returned.
        """
        body = wire_write.assignees(task_id, refs, replace)
        return await self._change_task("set_task_assignees", runbook_id, task_id, body)

    async def start_runbook_task(
        self,
        runbook_id: str,
        task_id: str,
        *,
        override: bool | None = None,
        selected_successor_ids: Sequence[str] | None = None,
    ) -> Task:
        """Start the task. With `all_must_start` the answer may still say startable: others are missing."""
        body = wire_write.meta(override=override, selected_successor_ids=wire_write.numbers(selected_successor_ids))
        return await self._change_task("start_runbook_task", runbook_id, task_id, body, "start")

    async def finish_runbook_task(
        self,
        runbook_id: str,
        task_id: str,
        *,
        override: bool | None = None,
        selected_successor_ids: Sequence[str] | None = None,
    ) -> Task:
        """Finish the task. `selected_successor_ids` are the branches to go on with; the others are abandoned."""
        body = wire_write.meta(override=override, selected_successor_ids=wire_write.numbers(selected_successor_ids))
        return await self._change_task("finish_runbook_task", runbook_id, task_id, body, "finish")

    async def skip_runbook_task(self, runbook_id: str, task_id: str, comment: str) -> None:
        """Addition. Skip with a reason, which Cutover keeps as a comment. It answers no task: read it again."""
        if not comment.strip():
            raise BadInput("Skipping a task needs a reason.", "Say why it is not done.")
        path = paths.task(runbook_id, task_id)
        await self._do("skip_runbook_task", "PATCH", f"{path}/skip", body=wire_write.meta(comment=comment), parent=path)

    async def delete_runbook_task(self, runbook_id: str, task_id: str) -> None:
        """Addition."""
        path = paths.task(runbook_id, task_id)
        await self._do("delete_runbook_task", "DELETE", path, parent=path)

    async def _change_task(
        self, operation: str, runbook_id: str, task_id: str, body: dict[str, Any] | None, verb: str = ""
    ) -> Task:
        path = paths.task(runbook_id, task_id)
        return await self._write(
            operation,
            "PATCH",
            f"{path}/{verb}" if verb else path,
            partial(wire.task, runbook_id=runbook_id),
            body=body,
            reread=partial(self.get_runbook_task, runbook_id, task_id),
            needs="stage",
        )


def _task(runbook_id: str, raw: dict[str, Any], where: str) -> Task:
    return wire.task(raw, runbook_id, where)
