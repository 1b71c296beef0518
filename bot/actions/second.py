"""What in a live run takes two people where the policy says so. The one rule: who asked for it does not do it.

What was asked for is an intent of its own: on disk before anybody reads of it, in the audit trail, known to all
replicas, and good for a quarter of an hour. `RunbookActions` refuses without it, whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from bot.actions.context import Wish
from bot.actions.perform import Performer
from bot.actions.results import Result
from bot.actions.runbooks import RunbookActions
from bot.blocks import announce
from bot.blocks.forms import StageForm, StartForm
from bot.blocks.message import Message
from bot.errors import BadInput, NotAllowed, SlackError
from bot.identity import Actor, Right
from bot.journal import Intent, OutcomeKind
from bot.model import Runbook, RunType, Text
from bot.outbox import Outbox

_START: Final = "runbook.ask_live"
_CANCEL: Final = "runbook.ask_cancel"
_DOING: Final = {_START: "ask for a live run", _CANCEL: "ask for cancelling a live run"}
_COMMANDS: Final = {_START: "`/runbook start`", _CANCEL: "`/runbook cancel`"}
GOOD_FOR: Final = 900.0
"""Seconds: after that the situation is another one."""
_ELSEWHERE: Final = "This takes two people. Ask for it in a channel that the bot is in."


class SecondPerson:
    """Asked for by one, confirmed by another; both need the right to run live, also when it is done."""

    def __init__(self, performer: Performer, outbox: Outbox) -> None:
        self._do = performer
        self._runbooks = RunbookActions(performer)
        self._outbox = outbox

    def needed_to_start(self, form: StartForm) -> bool:
        """Whether this start is only asked for by whoever fills in the form."""
        return form.run_type != RunType.REHEARSAL and self._do.acting.policy.second_person

    async def ask_start(self, wish: Wish, runbook_id: str, form: StartForm) -> Text:
        """Put on record what is asked for, and before the channel; the runbook's name.

        Raises `NotAllowed`, or `BadInput` for a run that is under way or over, or where the bot cannot post.
        """
        await self._do.check(wish, Right.RUN_LIVE, runbook_id, _DOING[_START])
        runbook = await self._read(wish, runbook_id)
        if await self._runbooks.check_start(runbook) is not None:
            raise BadInput("This runbook is running already.", "Nothing was asked for.")
        user_id = wish.actor.user_id
        await self._ask(wish, runbook, _START, asdict(form), lambda i: announce.asked_live(runbook, form, i, user_id))
        return runbook.name

    async def ask_cancel(self, wish: Wish, runbook_id: str, form: StageForm) -> Text | None:
        """The same for cancelling; None where one person may: a rehearsal, or one that is canceled already."""
        if not self._do.acting.policy.second_person:
            return None
        runbook = await self._read(wish, runbook_id)
        if not self._runbooks.takes_two(runbook, "cancel"):
            return None
        if await self._runbooks.check_turn(wish, runbook, "cancel") is not None:
            return None
        wanted = {"message": form.message.raw, "notify": form.notify}
        user_id = wish.actor.user_id
        await self._ask(wish, runbook, _CANCEL, wanted, lambda i: announce.asked_cancel(runbook, form, i, user_id))
        return runbook.name

    @staticmethod
    def is_start(asked: Intent) -> bool:
        """Whether a start was asked for; else it was cancelling."""
        return asked.verb == _START

    async def confirm(self, wish: Wish, runbook_id: str, intent_id: str) -> tuple[Result[Runbook], Intent]:
        """Do what somebody else asked for. Raises `NotAllowed` or `BadInput` with the reason."""
        asked = await self._asked(runbook_id, intent_id)
        if asked.user_id == wish.actor.user_id:
            done = "start it" if self.is_start(asked) else "cancel it"
            refusal = NotAllowed(f"You asked for this: somebody else has to {done}.", "A live run takes two here.")
            self._do.refused(wish, Right.RUN_LIVE, runbook_id, refusal)
            raise refusal
        asker = Actor(asked.team_id, asked.user_id, asked.user_name)
        channel = asked.origin.get("channel", "")
        await self._do.acting.policy.check(asker, Right.RUN_LIVE, channel, _DOING[asked.verb])
        if self.is_start(asked):
            return await self._runbooks.start(wish, runbook_id, StartForm(**asked.wish), asked), asked
        form = StageForm(Text(asked.wish["message"]), asked.wish["notify"])
        return await self._runbooks.turn(wish, runbook_id, "cancel", form, asked), asked

    async def _read(self, wish: Wish, runbook_id: str) -> Runbook:
        return await (await self._do.acting.reader(wish.actor)).get_runbook(runbook_id)

    async def _ask(
        self, wish: Wish, runbook: Runbook, verb: str, wanted: dict[str, Any], post: Callable[[str], Message]
    ) -> None:
        """`post` is made of the id of what is on record."""
        begun = await self._do.journal.begin(wish.intent(self._do.clock, verb, runbook.id, once=True, wish=wanted))
        try:
            await self._outbox.deliver(f"second:{begun.intent.id}", wish.channel_id, post(begun.intent.id))
        except SlackError as error:
            self._do.settle(begun.intent, OutcomeKind.REFUSED, "not_told")
            raise BadInput("The bot cannot post here, so nobody else could press the button.", _ELSEWHERE) from error
        self._do.settle(begun.intent, OutcomeKind.DONE)

    async def _asked(self, runbook_id: str, intent_id: str) -> Intent:
        await self._do.journal.flush()
        found = await self._do.journal.find(intent_id)
        if found is None or found[0].verb not in _DOING or found[0].runbook_id != runbook_id:
            raise BadInput("Nobody has asked for this.", "Ask with `/runbook start` or `/runbook cancel`.")
        asked, outcome = found
        again = f"Ask again with {_COMMANDS[asked.verb]}."
        if outcome is not None and outcome.kind is OutcomeKind.REFUSED:
            raise BadInput("This was taken back.", again)
        if self._do.clock.unix() - asked.at > GOOD_FOR:
            raise BadInput("This was asked for more than a quarter of an hour ago.", again)
        return asked
