"""Changing what a task says. The one rule: what Cutover ignores silently is read back and reported."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from bot.actions.context import Wish
from bot.actions.perform import Performer
from bot.actions.results import Result, ResultKind
from bot.cutover import TaskFields
from bot.errors import CutoverError
from bot.identity import Right
from bot.model import Comment, Ref, Task, Text


class EditActions:
    """Comment, assign, create, edit. Every call takes a `Wish` and may raise `BotError`."""

    def __init__(self, performer: Performer) -> None:
        self._do = performer

    async def comment(self, wish: Wish, runbook_id: str, task_id: str, content: str) -> Result[Comment]:
        """Add a comment (Cutover's HTML) to a task, or to the runbook when `task_id` is empty.

        Raises `NotYours` when the person's own token turns out to be somebody else's: the comment is there then,
        under that name, and the connection is gone.
        """
        verb = "task.comment" if task_id else "runbook.comment"
        hand = await self._do.hand(wish, Right.WORK, runbook_id, doing="comment")
        content = content if hand.own else signed(content, wish)
        intent = wish.intent(self._do.clock, verb, runbook_id, task_id, once=True, wish={"content": content})

        async def effect() -> Comment:
            return await hand.client.create_runbook_comment(runbook_id, content, task_id=task_id or None)

        async def again() -> Comment:
            return Comment(id="", content=Text(content), task_id=task_id or None)

        value, fresh = await self._do.perform(intent, effect, again, hand=hand)
        if hand.own:
            await self._do.acting.written(wish.actor, runbook_id, value)
        return Result(ResultKind.DONE if fresh else ResultKind.REPEAT, value)

    async def assign(
        self, wish: Wish, runbook_id: str, task_id: str, users: Sequence[str], *, replace: bool = False
    ) -> tuple[Task, tuple[str, ...]]:
        """(task, Cutover user ids that Cutover ignored). It ignores non-participants silently, so it is read back."""
        hand = await self._do.hand(wish, Right.WORK, runbook_id)
        refs = [Ref("user", user) for user in users]
        intent = wish.intent(self._do.clock, "task.assign", runbook_id, task_id, once=True, wish={"users": list(users)})

        async def effect() -> None:
            await hand.client.set_task_assignees(runbook_id, task_id, refs, replace=replace)

        async def again() -> Task:
            return await hand.client.get_runbook_task(runbook_id, task_id)

        async with self._do.locks.hold(runbook_id, task_id):
            task, _ = await self._do.perform(intent, effect, again, hand=hand)
        missing = () if task.assignees is None else tuple(r.id for r in refs if r not in task.assignees)
        return task, missing

    async def create(self, wish: Wish, runbook_id: str, fields: TaskFields) -> Task:
        """Add a task to a runbook."""
        hand = await self._do.hand(wish, Right.WORK, runbook_id)
        intent = wish.intent(self._do.clock, "task.create", runbook_id, once=True, wish={"name": str(fields.name)})

        async def again() -> Task:
            async for task in hand.client.list_runbook_tasks(runbook_id, page_size=100):
                if task.name.raw == fields.name:
                    return task
            raise CutoverError("The task was created, but Cutover does not list it yet.", "Look again in a moment.")

        task, _ = await self._do.perform(
            intent, lambda: hand.client.create_runbook_task(runbook_id, fields), again, hand=hand
        )
        return task

    async def edit(self, wish: Wish, runbook_id: str, task_id: str, fields: TaskFields) -> Task:
        """Change a task."""
        hand = await self._do.hand(wish, Right.WORK, runbook_id)
        intent = wish.intent(self._do.clock, "task.edit", runbook_id, task_id, once=True, wish=_named(fields))
        async with self._do.locks.hold(runbook_id, task_id):
            task, _ = await self._do.perform(
                intent,
                lambda: hand.client.update_runbook_task(runbook_id, task_id, fields),
                lambda: hand.client.get_runbook_task(runbook_id, task_id),
                hand=hand,
            )
        return task


def signed(content: str, wish: Wish) -> str:
    """A comment with the name of the Slack user who adds it: where the bot's account writes, its author is the bot."""
    who = f"{wish.actor.name.raw} ({wish.actor.user_id})"
    return f"{content}<p>Added from Slack by {html.escape(who)}</p>"


def _named(fields: TaskFields) -> Mapping[str, str]:
    return {"name": fields.name} if isinstance(fields.name, str) else {}
