"""Acting on runbooks. The one rule: the stage is read first, so a run is started once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bot.actions.context import Wish
from bot.actions.perform import Performer
from bot.actions.results import Result, ResultKind, by, own
from bot.blocks.forms import StageForm, StartForm
from bot.blocks.values import seen_runbook
from bot.cutover import CopyFrom, RunbookFields
from bot.cutover.refusals import missing
from bot.errors import BadInput, CutoverError, NotAllowed, Refused
from bot.identity import Hand, Right
from bot.journal import Intent
from bot.model import Runbook, RunbookStage, RunType

_REACHED: Final = {
    "pause": RunbookStage.PAUSED,
    "resume": RunbookStage.ACTIVE,
    "cancel": RunbookStage.CANCELED,
}
_FROM: Final = {
    "pause": (RunbookStage.ACTIVE,),
    "resume": (RunbookStage.PAUSED,),
    "cancel": (RunbookStage.ACTIVE, RunbookStage.PAUSED),
}
_WORDS: Final = {"pause": "Paused", "resume": "Resumed", "cancel": "Canceled"}
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
Check = Callable[[Runbook], Awaitable[Result[Runbook] | None]]
_NEEDS: Final = {"pause": "running", "resume": "paused", "cancel": "running or paused"}


class RunbookActions:
    """Start, pause, resume, cancel, status, create, edit. Every call takes a `Wish` and may raise `BotError`."""

    def __init__(self, performer: Performer) -> None:
        self._do = performer
        self._client = performer.client

    async def check_start(self, runbook: Runbook) -> Result[Runbook] | None:
        """Whether it can be started now: None, or the answer that it runs already. `BadInput` when it is over."""
        if runbook.stage in (RunbookStage.ACTIVE, RunbookStage.PAUSED):
            return await self._already(runbook, "runbook.start")
        if runbook.is_over:
            over = "complete" if runbook.stage == RunbookStage.COMPLETE else "canceled"
            raise BadInput(f"This runbook is {over}, so it cannot be started.", "Create a new one from its template.")
        return None

    async def start(self, wish: Wish, runbook_id: str, form: StartForm, asked: Intent | None = None) -> Result[Runbook]:
        """Start a run as `form` says. A runbook that runs already is an answer, not an error.

        `asked`: what another person asked for; a live run needs it where the policy wants two (see `second`).
        """
        live = form.run_type != RunType.REHEARSAL
        if live and self._do.acting.policy.second_person:
            _check_two(wish, asked)
        right, doing = (Right.RUN_LIVE, "start a live run") if live else (Right.RUN_REHEARSAL, "start a rehearsal")
        hand = await self._do.hand(wish, right, runbook_id, doing=doing, live=live)
        async with self._do.locks.hold(runbook_id):
            runbook = await hand.client.get_runbook(runbook_id)
            running = await self.check_start(runbook)
            if running is not None:
                return own(running, wish)
            wanted = {"run_type": form.run_type, "comms": form.comms} | ({"asked": asked.id} if asked else {})
            seen = seen_runbook(runbook)
            intent = wish.intent(self._do.clock, "runbook.start", runbook_id, seen=seen, once=True, wish=wanted)

            async def effect() -> Runbook:
                return await hand.client.start_runbook(
                    runbook_id,
                    run_type=form.run_type,
                    comms=form.comms,
                    rebaseline=form.rebaseline,
                    shift_fixed_times=form.shift_fixed_times,
                    disable_task_notify=form.disable_task_notify,
                    validation_level=form.validation_level,
                )

            sign = f"Started ({', '.join(filter(None, (form.run_type, _asked_by(asked))))})"
            try:
                value, fresh = await self._do.perform(
                    intent, effect, lambda: hand.client.get_runbook(runbook_id), hand=hand, sign=sign
                )
            except Refused as refusal:
                return await self._overtaken(refusal, hand, runbook_id, self.check_start)
            return Result(ResultKind.DONE if fresh else ResultKind.REPEAT, value)

    async def turn(
        self, wish: Wish, runbook_id: str, action: str, form: StageForm, asked: Intent | None = None
    ) -> Result[Runbook]:
        """`action` is pause, resume or cancel; `form` has the reason, and whether the runbook's people are told.

        `asked`: what another person asked for; cancelling a live run needs it where the policy wants two.
        """
        async with self._do.locks.hold(runbook_id):
            runbook = await (await self._do.acting.reader(wish.actor)).get_runbook(runbook_id)
            reached = await self.check_turn(wish, runbook, action)
            if reached is not None:
                return own(reached, wish)
            right = self._do.acting.policy.right_of_turn(action, runbook.run_type)
            if self.takes_two(runbook, action):
                _check_two(wish, asked)
            hand = await self._do.hand(wish, right, runbook_id, doing=_doing(action, right), live=runbook.is_live)
            # A run may be paused many times, and two pauses can look the same (`updated_at` is often to the second).
            seen = seen_runbook(runbook)
            wanted = {"message": form.message.raw} | ({"asked": asked.id} if asked else {})
            intent = wish.intent(self._do.clock, f"runbook.{action}", runbook_id, seen=seen, once=True, wish=wanted)
            calls: dict[str, Callable[..., Awaitable[Runbook]]] = {
                "pause": hand.client.pause_runbook,
                "resume": hand.client.resume_runbook,
                "cancel": hand.client.cancel_runbook,
            }
            try:
                value, fresh = await self._do.perform(
                    intent,
                    lambda: calls[action](runbook_id, message=form.message.raw or None, notify=form.notify),
                    lambda: hand.client.get_runbook(runbook_id),
                    hand=hand,
                    sign=_WORDS[action] + (f" ({asker})" if (asker := _asked_by(asked)) else ""),
                )
            except Refused as refusal:
                return await self._overtaken(refusal, hand, runbook_id, lambda now: self.check_turn(wish, now, action))
            return Result(ResultKind.DONE if fresh else ResultKind.REPEAT, value)

    def takes_two(self, runbook: Runbook, action: str) -> bool:
        """Whether the policy wants a second person for this: only live runs, and pausing one is no way to lose it."""
        policy = self._do.acting.policy
        return action == "cancel" and runbook.run_type != RunType.REHEARSAL and policy.second_person

    async def check_turn(self, wish: Wish, runbook: Runbook, action: str) -> Result[Runbook] | None:
        """Whether `action` is open to this person now: None, or the answer that it is done already.

        Raises `BadInput` for a runbook in another stage, `NotAllowed` by policy, `NotOnThisInstance`.
        """
        if runbook.stage == _REACHED[action]:
            return await self._already(runbook, f"runbook.{action}")
        if runbook.stage not in _FROM[action]:
            done = _WORDS[action].lower()
            raise BadInput(f"Only a runbook that is {_NEEDS[action]} can be {done}.", "Nothing was sent.")
        right = self._do.acting.policy.right_of_turn(action, runbook.run_type)
        await self._do.check(wish, right, runbook.id, _doing(action, right))
        if self._client.offers(f"{action}_runbook") is False:
            raise missing(f"{action}_runbook")
        return None

    async def set_status(self, wish: Wish, runbook_id: str, status: str, message: str) -> Result[Runbook]:
        """RAG status (off, red, amber, green) with its reason."""
        hand = await self._do.hand(wish, Right.STATUS, runbook_id)
        intent = wish.intent(
            self._do.clock, "runbook.status", runbook_id, once=True, wish={"status": status, "message": message}
        )
        fields = RunbookFields(status=status, status_message=message)
        async with self._do.locks.hold(runbook_id):
            value, fresh = await self._do.perform(
                intent,
                lambda: hand.client.update_runbook(runbook_id, fields),
                lambda: hand.client.get_runbook(runbook_id),
                hand=hand,
                sign=f"Status {status}",
            )
        return Result(ResultKind.DONE if fresh else ResultKind.REPEAT, value)

    async def create(
        self,
        wish: Wish,
        fields: RunbookFields,
        *,
        template_id: str | None = None,
        workspace_id: str | None = None,
        shift_fixed_times: bool = False,
    ) -> Runbook:
        """A new runbook, from a template (tasks, teams and users together) or blank in a workspace."""
        hand = await self._do.hand(wish, Right.STATUS, live=False)
        name = str(fields.name)
        intent = wish.intent(self._do.clock, "runbook.create", template_id or "", once=True, wish={"name": name})

        async def again() -> Runbook:
            found = await hand.client.list_runbooks(query=name).all(500)
            same = [runbook for runbook in found if runbook.name.raw == name]
            if not same:
                raise CutoverError(
                    "The runbook was created, but Cutover does not list it yet.", "Look again in a moment."
                )
            return max(same, key=lambda runbook: runbook.created_at or _LONG_AGO)

        value, fresh = await self._do.perform(
            intent,
            lambda: hand.client.create_runbook(
                fields,
                workspace_id=workspace_id,
                copy=CopyFrom(source_runbook_id=template_id) if template_id else None,
                shift_fixed_times=shift_fixed_times if template_id else None,
            ),
            again,
            hand=hand,
        )
        if fresh and not hand.own:  # the intent could not name what did not exist
            self._do.spawn(self._do.sign(replace(intent, runbook_id=value.id), "Created"))
        return value

    async def edit(self, wish: Wish, runbook_id: str, fields: RunbookFields) -> Runbook:
        """Change name or description."""
        hand = await self._do.hand(wish, Right.STATUS, runbook_id)
        named = {"name": fields.name} if isinstance(fields.name, str) else {}
        intent = wish.intent(self._do.clock, "runbook.edit", runbook_id, once=True, wish=named)
        async with self._do.locks.hold(runbook_id):
            value, _ = await self._do.perform(
                intent,
                lambda: hand.client.update_runbook(runbook_id, fields),
                lambda: hand.client.get_runbook(runbook_id),
                hand=hand,
                sign="Edited",
            )
        return value

    async def _overtaken(self, refusal: Refused, hand: Hand, runbook_id: str, check: Check) -> Result[Runbook]:
        """Somebody did it in Cutover between our look and our call; any other refusal is raised again."""
        if refusal.has("already_actioned"):
            await self._do.journal.flush()  # our own refused wish must not be taken for the one that did it
            reached = await check(await hand.client.get_runbook(runbook_id))
            if reached is not None:
                return reached
        raise refusal

    async def _already(self, runbook: Runbook, verb: str) -> Result[Runbook]:
        return Result(ResultKind.ALREADY, runbook, by(await self._do.journal.last(runbook.id, "", (verb,))))


def _check_two(wish: Wish, asked: Intent | None) -> None:
    """Raises `NotAllowed` where nobody else has asked for it."""
    if asked is None or asked.user_id == wish.actor.user_id:
        raise NotAllowed("This takes two people here.", "One asks for it, another presses the button in the channel.")


def _asked_by(asked: Intent | None) -> str:
    return f"asked for by {' '.join(asked.user_name.raw.split())[:80]} ({asked.user_id})" if asked else ""


def _doing(action: str, right: Right) -> str:
    return f"{action} a {'live run' if right is Right.RUN_LIVE else 'rehearsal'}"
