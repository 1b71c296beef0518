"""What a crash or a silent Cutover left open. The one rule: nobody waits for ever without a word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Final

import structlog

from bot.actions.looks import asked_of, commented
from bot.actions.perform import TO_SIGN, Performer, signature
from bot.blocks import say
from bot.blocks.message import Message
from bot.blocks.text import bold, phrase
from bot.clock import Clock
from bot.errors import BotError, CapyError, CutoverError
from bot.journal import Intent, Journal, OutcomeKind
from bot.model import Text

_log = structlog.get_logger(__name__)
_EVERY: Final = 5.0
_GIVE_UP: Final = 3600.0
_SIGN_SECONDS: Final = 24 * 3600.0
_UNANSWERED: Final = 20.0
"""A write may be on its way for as long as the client's deadline; younger intents are not called lost."""
_WORDS: Final = {
    "task.start": "{name} was started",
    "task.finish": "{name} was finished",
    "task.skip": "{name} was skipped",
    "task.assign": "{name} was assigned",
    "task.edit": "{name} was changed",
    "task.create": "{name} was created",
    "task.comment": "your comment was added to {name}",
    "runbook.start": "{name} was started",
    "runbook.ask_live": "a live run of {name} was asked for",
    "runbook.ask_cancel": "cancelling the live run of {name} was asked for",
    "runbook.pause": "{name} was paused",
    "runbook.resume": "{name} was resumed",
    "runbook.cancel": "{name} was cancelled",
    "runbook.status": "the status of {name} was set",
    "runbook.create": "{name} was created",
    "runbook.edit": "{name} was changed",
    "runbook.comment": "your comment was added to {name}",
    "capydb.create": "the cutover of {name} was requested",
}

Tell = Callable[[Intent, Message], Awaitable[None]]


class Recovery:
    """Settles open intents at start and every few seconds. `tell` reaches the person who asked."""

    def __init__(self, performer: Performer, journal: Journal, clock: Clock, tell: Tell) -> None:
        self._do = performer
        self._journal = journal
        self._clock = clock
        self._tell = tell
        self._started = clock.unix()

    async def run(self) -> None:
        """Look again and again until cancelled; trouble is logged and tried once more later."""
        while True:
            try:
                await self.settle_open()
                if self._do.unsigned:
                    await self.sign_missing()
            except BotError as error:
                _log.warning("recovery_waits", error=error.code)
            await self._clock.sleep(_EVERY)

    async def settle_open(self, quiet: Collection[str] = ()) -> int:
        """Settle what can be settled now; returns how many. Wishes in flight in this process are left alone.

        `quiet`: deliveries (their keys) whose person is answered in another way.
        """
        settled = 0
        await self._journal.flush()  # an outcome that still waits for its transaction is not missing
        for intent in await self._journal.open():
            if intent.at >= self._started and self._clock.unix() - intent.at < _UNANSWERED:
                continue
            settled += await self._settle(intent, tell=intent.origin.get("delivery") not in quiet)
        return settled

    async def sign_missing(self) -> None:
        """Comments naming the person that a crash or Cutover's trouble cut off."""
        now = self._clock.unix()
        self._do.unsigned = False
        for intent, word in await self._journal.unsigned(TO_SIGN, now - _SIGN_SECONDS):
            if intent.at < self._started or now - intent.at >= _UNANSWERED:
                await self._sign(intent, word)
            else:
                self._do.unsigned = True

    async def _sign(self, intent: Intent, word: str) -> None:
        """Sign unless the comment is there already: the crash may have come after it."""
        content = signature(word, intent.user_name.raw, intent.user_id)
        try:
            same = await self._journal.twins(intent, "sign")
            probe = replace(intent, wish={"content": content, "same": same})
            if await commented(self._do.client, probe):
                self._journal.signed(intent)
            else:
                await self._do.sign(intent, word)
        except CutoverError as error:
            self._do.unsigned = True
            _log.warning("not_signed", intent=intent.id, error=error.code)

    async def _settle(self, intent: Intent, tell: bool) -> bool:
        try:
            found = await self._do.glance(intent)
        except (CutoverError, CapyError):
            found = None
        age = self._clock.unix() - intent.at
        if found is not True and age < (_GIVE_UP if found is None else _UNANSWERED):
            return False  # what is not there yet may still be on its way inside Cutover
        kind = OutcomeKind.DONE if found else OutcomeKind.REFUSED
        sign = str(intent.wish.get("sign", ""))
        done = f"{TO_SIGN}{sign}" if sign else ""
        self._do.settle(intent, kind, {True: done, False: "not_done", None: "never_known"}[found])
        if found and sign:
            await self._sign(intent, sign)
        if tell:
            await self._tell(intent, _word(intent, await self._name(intent), found))
        return True

    async def _name(self, intent: Intent) -> Text:
        """What the person knows the thing by."""
        made = intent.wish.get("name") if intent.verb.endswith(".create") else None
        if made:
            return Text(str(made))
        try:
            if intent.task_id:
                return (await self._do.client.get_runbook_task(intent.runbook_id, intent.task_id)).name
            return (await self._do.client.get_runbook(intent.runbook_id)).name
        except CutoverError:
            return Text("the task" if intent.task_id else "the runbook")


def _word(intent: Intent, name: Text, found: bool | None) -> Message:
    who, what = asked_of(intent), phrase(_WORDS.get(intent.verb, "{name} was changed"), name=bold(name))
    if found is None:
        return say.note(
            phrase("❓ It stayed unknown whether {what}: {who} did not tell.", what=what, who=who),
            f"Look at it in {who} before you repeat it.",
        )
    if found:
        return say.done(phrase("Checked with {who}: yes, {what}.", what=what, who=who))
    return say.note(
        phrase("ℹ️ Checked with {who}: it did not happen that {what}.", what=what, who=who),
        "Repeat it if you still want it.",
    )
