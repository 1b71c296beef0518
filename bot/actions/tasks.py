"""Working on tasks. The one rule: the task is read first, so nobody starts or finishes a thing twice."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from bot.actions.context import Wish
from bot.actions.perform import Performer, signature
from bot.actions.results import By, Result, ResultKind, by, own
from bot.blocks.values import seen as seen_of
from bot.cutover import TaskFields, is_done_already
from bot.errors import BotError, CutoverError, NotAllowed, Refused
from bot.identity import Hand, Right
from bot.journal import Intent
from bot.model import FieldValue, Task

Effect = Callable[[bool | None], Awaitable[Task]]
_STARTED: Final = ("task.start",)
_ENDED: Final = ("task.finish", "task.skip")
_SIGNED: Final = {"task.start": "Started", "task.finish": "Finished"}
_WHEN_STARTABLE: Final = "It becomes startable when the tasks before it are complete and its fixed start has come."
_ASSIGN: Final = "Have yourself assigned, or ask one of them."
_NOT_ASSIGNED: Final = "Cutover lets only the people assigned do that, and the bot's own user is not among them."


class NotReady(BotError):
    """The task cannot start or finish yet; `waiting_for` are the open tasks before it, where Cutover tells."""

    code = "not_ready"

    def __init__(self, sentence: str, hint: str, task: Task, waiting_for: tuple[Task, ...] = ()) -> None:
        super().__init__(sentence, hint)
        self.task = task
        self.waiting_for = waiting_for


class TaskActions:
    """Start, finish and skip. Every call takes a `Wish` and may raise `BotError`."""

    def __init__(self, performer: Performer) -> None:
        self._do = performer
        self._client = performer.client

    async def read(self, runbook_id: str, task_id: str) -> Task:
        """The task as it is now."""
        return await self._client.get_runbook_task(runbook_id, task_id)

    async def start(
        self,
        wish: Wish,
        runbook_id: str,
        task_id: str,
        *,
        seen: str = "",
        override: bool = False,
        answers: tuple[FieldValue, ...] = (),
    ) -> Result[Task]:
        """Start a task that is startable; with `override` (operators) also against assignees and fixed times.

        `answers` to custom fields are saved first: a start carries none.
        """
        hand = await self._hand(wish, runbook_id, override=override)
        async with self._do.locks.hold(runbook_id, task_id):
            task = await hand.client.get_runbook_task(runbook_id, task_id)
            if task.is_running or task.is_complete:
                return await self._already(task, _STARTED if task.is_running else _STARTED + _ENDED, wish)
            if task.is_waiting and not override:
                raise NotReady("This task cannot start yet.", _WHEN_STARTABLE, task, await self.waiting_for(task))
            intent = wish.intent(self._do.clock, "task.start", runbook_id, task_id, seen=seen or seen_of(task))

            async def effect(forced: bool | None) -> Task:
                await _save(hand, runbook_id, task_id, answers)
                return await hand.client.start_runbook_task(runbook_id, task_id, override=forced)

            return await self._press(
                wish,
                intent,
                effect,
                override or (not task.needs_everyone_to_start and hand.stands_in and bool(task.assignees)),
                hand=hand,
                everyone=task.needs_everyone_to_start,
                reached=lambda now: not (now.is_startable or now.is_waiting),
            )

    async def finish(
        self,
        wish: Wish,
        runbook_id: str,
        task_id: str,
        *,
        seen: str = "",
        override: bool = False,
        selected: Sequence[str] | None = None,
        answers: tuple[FieldValue, ...] = (),
    ) -> Result[Task]:
        """Finish a running task. `selected`: branches to go on with; `answers` to custom fields are saved first."""
        hand = await self._hand(wish, runbook_id, override=override)
        async with self._do.locks.hold(runbook_id, task_id):
            task = await hand.client.get_runbook_task(runbook_id, task_id)
            if task.is_complete:
                return await self._already(task, _ENDED, wish)
            if task.is_startable or task.is_waiting:
                raise NotReady("This task does not run yet.", "It has to be started before it can finish.", task)
            intent = wish.intent(self._do.clock, "task.finish", runbook_id, task_id, seen=seen or seen_of(task))

            async def effect(forced: bool | None) -> Task:
                await _save(hand, runbook_id, task_id, answers)
                return await hand.client.finish_runbook_task(
                    runbook_id, task_id, override=forced, selected_successor_ids=selected
                )

            return await self._press(
                wish,
                intent,
                effect,
                override or (not task.needs_everyone_to_end and hand.stands_in and bool(task.assignees)),
                hand=hand,
                everyone=task.needs_everyone_to_end,
                reached=lambda now: not (now.is_startable or now.is_waiting or now.is_running),
            )

    async def skip(self, wish: Wish, runbook_id: str, task_id: str, reason: str, *, seen: str = "") -> Result[Task]:
        """Skip a task; Cutover keeps `reason` as a comment, with the person's name."""
        hand = await self._hand(wish, runbook_id)
        async with self._do.locks.hold(runbook_id, task_id):
            task = await hand.client.get_runbook_task(runbook_id, task_id)
            if task.is_complete:
                return await self._already(task, _ENDED, wish)
            intent = wish.intent(
                self._do.clock, "task.skip", runbook_id, task_id, seen=seen or seen_of(task), wish={"reason": reason}
            )
            said = "" if hand.own else f" ({signature('Skipped', wish.actor.name.raw, wish.actor.user_id)})"
            words = html.escape(reason + said, quote=False)  # it becomes a comment, and those are HTML

            async def effect() -> None:
                await hand.client.skip_runbook_task(runbook_id, task_id, words)

            async def again() -> Task:
                return await hand.client.get_runbook_task(runbook_id, task_id)

            try:
                now, fresh = await self._do.perform(intent, effect, again, hand=hand)
            except Refused as error:
                if not task.is_waiting or not error.has("task.not_finishable"):
                    raise
                before = await self.waiting_for(task)
                raise NotReady(
                    "This task cannot be skipped yet.", "First it has to be its turn.", task, before
                ) from error
            return Result(ResultKind.DONE if fresh else ResultKind.REPEAT, now)

    async def waiting_for(self, task: Task) -> tuple[Task, ...]:
        """The tasks before it that are not complete; empty when the instance does not tell or cannot be read now."""
        try:
            tasks = await self._client.list_runbook_tasks(task.runbook_id, forecast=True).all()
        except CutoverError:
            return ()
        known = {one.id: one for one in tasks}
        before = task.predecessor_ids or (known[task.id].predecessor_ids if task.id in known else ()) or ()
        return tuple(known[one] for one in before if one in known and not known[one].is_complete)

    async def _hand(self, wish: Wish, runbook_id: str, *, override: bool = False) -> Hand:
        """The account for work on a task; to press in place of others takes more."""
        if override:
            await self._do.check(wish, Right.RUN_LIVE, runbook_id, "act in place of the people assigned")
        hand = await self._do.hand(wish, Right.WORK, runbook_id)
        if hand.own:
            return hand  # Cutover knows who presses: nobody is stood in for without a word
        stands_in = await self._do.acting.policy.allows(wish.actor, Right.RUN_LIVE, wish.channel_id)
        return replace(hand, stands_in=stands_in)

    async def _press(
        self,
        wish: Wish,
        intent: Intent,
        effect: Effect,
        forced: bool,
        *,
        hand: Hand,
        everyone: bool,
        reached: Callable[[Task], bool],
    ) -> Result[Task]:
        """`everyone`: all assigned have to press, so nobody stands in for all of them without saying so."""

        async def send() -> Task:
            try:
                return await effect(True if forced else None)
            except Refused as error:
                if forced or everyone or not hand.stands_in or not error.has("task.user_not_assigned"):
                    raise
                return await effect(True)  # refused is certainly not done: this cannot do it twice

        async def again() -> Task:
            return await hand.client.get_runbook_task(intent.runbook_id, intent.task_id)

        try:
            task, fresh = await self._do.perform(intent, send, again, hand=hand, sign=_SIGNED[intent.verb])
        except Refused as error:
            if any(is_done_already(finding.code) for finding in error.findings):
                return replace(await self._already(await again(), (intent.verb,), wish), own=hand.own)
            if error.has("task.user_not_assigned") and not forced:
                raise self._not_assigned(hand, everyone) from error
            if error.has("task.not_startable") or error.has("task.not_finishable"):
                # It was ready when it was read: the run was paused, cancelled or reset in between.
                raise NotReady(error.sentence, error.hint, await again()) from error
            raise
        if not fresh:
            return Result(ResultKind.REPEAT, task, By(intent.user_id, self._do.clock.now()), own=hand.own)
        if not everyone and not reached(task):
            task = await _newer(again, task)
        return Result(ResultKind.DONE if reached(task) else ResultKind.COUNTED, task)

    async def _already(self, task: Task, verbs: tuple[str, ...], wish: Wish) -> Result[Task]:
        await self._do.journal.flush()  # else a press refused a moment ago still counts as one on its way
        found = await self._do.journal.last(task.runbook_id, task.id, verbs)
        return own(Result(ResultKind.ALREADY, task, by(found)), wish)

    def _not_assigned(self, hand: Hand, everyone: bool) -> NotAllowed:
        if hand.own:
            return NotAllowed("Cutover lets only the people assigned do that, and you are not among them.", _ASSIGN)
        if hand.stands_in:
            said = "Everyone assigned has to press: do it in Cutover" if everyone else "Do it in Cutover"
            return NotAllowed(_NOT_ASSIGNED, f"{said}, or press for all of them with `override` behind the command.")
        way_out = self._do.acting.hint or "Do it in Cutover, or ask an operator here."
        return NotAllowed(_NOT_ASSIGNED, way_out)


async def _newer(again: Callable[[], Awaitable[Task]], otherwise: Task) -> Task:
    """The task once more: an answer to a press may show it as it was before."""
    try:
        return await again()
    except CutoverError:
        return otherwise


async def _save(hand: Hand, runbook_id: str, task_id: str, answers: tuple[FieldValue, ...]) -> None:
    if answers:
        await hand.client.update_runbook_task(runbook_id, task_id, TaskFields(field_values=answers))
