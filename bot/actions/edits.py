"""Changing what a task says. The one rule: what Cutover ignores silently is read back and reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.actions.context import Wish
from bot.actions.perform import Performer
from bot.actions.results import Result, ResultKind
from bot.cutover import TaskFields
from bot.errors import CutoverError
from bot.model import Comment, Ref, Task, Text


class EditActions:
    """Comment, assign, create, edit. Every call takes a `Wish` and may raise `BotError`."""

    def __init__(self, performer: Performer) -> None:
        self._do = performer
        self._client = performer.client

    async def comment(self, wish: Wish, runbook_id: str, task_id: str, content: str) -> Result[Comment]:
        """Add a comment (Cutover's HTML) to a task, or to the runbook when `task_id` is empty."""
        verb = "task.comment" if task_id else "runbook.comment"
        intent = wish.intent(self._do.clock, verb, runbook_id, task_id, once=True, wish={"content": content})

        async def effect() -> Comment:
            return await self._client.create_runbook_comment(runbook_id, content, task_id=task_id or None)

        async def again() -> Comment:
            return Comment(id="", content=Text(content), task_id=task_id or None)

        value, fresh = await self._do.perform(intent, effect, again)
        return Result(ResultKind.DONE if fresh else ResultKind.REPEAT, value)

    async def assign(
        self, wish: Wish, runbook_id: str, task_id: str, users: Sequence[str], *, replace: bool = False
    ) -> tuple[Task, tuple[str, ...]]:
        """(task, Cutover user ids that Cutover ignored). It ignores non-participants silently, so it is read back."""
        refs = [Ref("user", user) for user in users]
        intent = wish.intent(self._do.clock, "task.assign", runbook_id, task_id, once=True, wish={"users": list(users)})

        async def effect() -> None:
            await self._client.set_task_assignees(runbook_id, task_id, refs, replace=replace)

        async def again() -> Task:
            return await self._client.get_runbook_task(runbook_id, task_id)

        async with self._do.locks.hold(runbook_id, task_id):
            task, _ = await self._do.perform(intent, effect, again)
        missing = () if task.assignees is None else tuple(r.id for r in refs if r not in task.assignees)
        return task, missing

    async def create(self, wish: Wish, runbook_id: str, fields: TaskFields) -> Task:
        """Add a task to a runbook."""
        intent = wish.intent(self._do.clock, "task.create", runbook_id, once=True, wish={"name": str(fields.name)})

        async def again() -> Task:
            async for task in self._client.list_runbook_tasks(runbook_id, page_size=100):
                if task.name.raw == fields.name:
                    return task
            raise CutoverError("The task was created, but Cutover does not list it yet.", "Look again in a moment.")

        task, _ = await self._do.perform(intent, lambda: self._client.create_runbook_task(runbook_id, fields), again)
        return task

    async def edit(self, wish: Wish, runbook_id: str, task_id: str, fields: TaskFields) -> Task:
        """Change a task."""
        intent = wish.intent(self._do.clock, "task.edit", runbook_id, task_id, once=True, wish=_named(fields))
        async with self._do.locks.hold(runbook_id, task_id):
            task, _ = await self._do.perform(
                intent,
                lambda: self._client.update_runbook_task(runbook_id, task_id, fields),
                lambda: self._client.get_runbook_task(runbook_id, task_id),
            )
        return task


def _named(fields: TaskFields) -> Mapping[str, str]:
    return {"name": fields.name} if isinstance(fields.name, str) else {}
