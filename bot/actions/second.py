"""A live run takes two people where the policy says so. The one rule: who asked for it does not start it.

What was asked for is an intent of its own: on disk before anybody reads of it, in the audit trail, known to all
replicas, and good for a quarter of an hour.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from bot.actions.context import Wish
from bot.actions.perform import Performer
from bot.actions.results import Result
from bot.actions.runbooks import RunbookActions
from bot.blocks import announce
from bot.blocks.forms import StartForm
from bot.errors import BadInput, NotAllowed, SlackError
from bot.identity import Actor, Right
from bot.journal import Intent, OutcomeKind
from bot.model import Runbook, RunType, Text
from bot.outbox import Outbox

ASKED: Final = "runbook.ask_live"
GOOD_FOR: Final = 900.0
"""Seconds: after that the situation is another one."""
_ELSEWHERE: Final = "A live run takes two people. Ask for it in a channel that the bot is in."
_AGAIN: Final = "Ask again with `/runbook start`."


class SecondPerson:
    """`ask` by one, `confirm` by another; both need the right to start a live run, also when it is started."""

    def __init__(self, performer: Performer, outbox: Outbox) -> None:
        self._do = performer
        self._runbooks = RunbookActions(performer)
        self._outbox = outbox

    def needed(self, form: StartForm) -> bool:
        """Whether this start is only asked for by whoever fills in the form."""
        return form.run_type != RunType.REHEARSAL and self._do.acting.policy.second_person

    async def ask(self, wish: Wish, runbook_id: str, form: StartForm) -> Text:
        """Put on record what is asked for, and before the channel; the runbook's name.

        Raises `NotAllowed`, or `BadInput` for a run that is under way or over, or where the bot cannot post.
        """
        await self._do.check(wish, Right.RUN_LIVE, runbook_id, "ask for a live run")
        runbook = await (await self._do.acting.reader(wish.actor)).get_runbook(runbook_id)
        if await self._runbooks.check_start(runbook) is not None:
            raise BadInput("This runbook is running already.", "Nothing was asked for.")
        intent = wish.intent(self._do.clock, ASKED, runbook_id, once=True, wish=asdict(form))
        begun = await self._do.journal.begin(intent)
        post = announce.asked_live(runbook, form, begun.intent.id, wish.actor.user_id)
        try:
            await self._outbox.deliver(f"second:{begun.intent.id}", wish.channel_id, post)
        except SlackError as error:
            self._do.settle(begun.intent, OutcomeKind.REFUSED, "not_told")
            raise BadInput("The bot cannot post here, so nobody else could start the run.", _ELSEWHERE) from error
        self._do.settle(begun.intent, OutcomeKind.DONE)
        return runbook.name

    async def confirm(self, wish: Wish, runbook_id: str, intent_id: str) -> tuple[Result[Runbook], Intent]:
        """Start what somebody else asked for. Raises `NotAllowed` or `BadInput` with the reason."""
        asked = await self._asked(runbook_id, intent_id)
        if asked.user_id == wish.actor.user_id:
            refusal = NotAllowed("You asked for this run: somebody else has to start it.", "A live run takes two here.")
            self._do.refused(wish, Right.RUN_LIVE, runbook_id, refusal)
            raise refusal
        asker = Actor(asked.team_id, asked.user_id, asked.user_name)
        await self._do.acting.policy.check(asker, Right.RUN_LIVE, asked.origin.get("channel", ""), "ask for a live run")
        return await self._runbooks.start(wish, runbook_id, StartForm(**asked.wish), asked=asked), asked

    async def _asked(self, runbook_id: str, intent_id: str) -> Intent:
        await self._do.journal.flush()
        found = await self._do.journal.find(intent_id)
        if found is None or (found[0].verb, found[0].runbook_id) != (ASKED, runbook_id):
            raise BadInput("Nobody has asked for this run.", _AGAIN)
        asked, outcome = found
        if outcome is not None and outcome.kind is OutcomeKind.REFUSED:
            raise BadInput("This was taken back.", _AGAIN)
        if self._do.clock.unix() - asked.at > GOOD_FOR:
            raise BadInput("This was asked for more than a quarter of an hour ago.", _AGAIN)
        return asked
