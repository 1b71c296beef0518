"""What a crash or a silent Cutover left open. The one rule: nobody waits for ever without a word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import structlog

from bot.actions.looks import commented
from bot.actions.perform import TO_SIGN, Performer, signature
from bot.blocks import say
from bot.blocks.message import Message
from bot.blocks.text import phrase
from bot.clock import Clock
from bot.errors import BotError, CutoverError
from bot.journal import Intent, Journal, OutcomeKind

_log = structlog.get_logger(__name__)
_EVERY: Final = 5.0
_GIVE_UP: Final = 3600.0
_SIGN_SECONDS: Final = 24 * 3600.0
_UNANSWERED: Final = 20.0
"""An intent of this process may be on its way for as long as the client's deadline; younger ones are left alone."""

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
            except BotError as error:
                _log.warning("recovery_waits", error=error.code)
            await self._clock.sleep(_EVERY)

    async def settle_open(self) -> int:
        """Settle what can be settled now; returns how many. Wishes in flight in this process are left alone."""
        settled = 0
        await self._journal.flush()  # an outcome that still waits for its transaction is not missing
        for intent in await self._journal.open():
            if intent.at >= self._started and self._clock.unix() - intent.at < _UNANSWERED:
                continue
            settled += await self._settle(intent)
        return settled

    async def sign_missing(self) -> None:
        """At start: comments naming the person that a crash cut off."""
        since = self._clock.unix() - _SIGN_SECONDS
        for intent, word in await self._journal.unsigned(TO_SIGN, since):
            await self._sign(intent, word)

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
            _log.warning("not_signed", intent=intent.id, error=error.code)

    async def _settle(self, intent: Intent) -> bool:
        try:
            found = await self._do.glance(intent)
        except CutoverError:
            found = None
        if found is None and self._clock.unix() - intent.at < _GIVE_UP:
            return False
        kind = OutcomeKind.DONE if found else OutcomeKind.REFUSED
        sign = str(intent.wish.get("sign", ""))
        done = f"{TO_SIGN}{sign}" if sign else ""
        self._do.settle(intent, kind, {True: done, False: "not_done", None: "never_known"}[found])
        if found and sign:
            await self._sign(intent, sign)
        await self._tell(intent, _word(intent, found))
        return True


def _word(intent: Intent, found: bool | None) -> Message:
    what = intent.verb.replace(".", " ")
    if found is None:
        return say.note(
            phrase("It stayed unknown whether “{what}” was done: Cutover did not tell.", what=what),
            "Look at it in Cutover before you repeat it.",
        )
    if found:
        return say.done(phrase("Checked with Cutover: “{what}” was done.", what=what))
    return say.note(
        phrase("Checked with Cutover: “{what}” was not done.", what=what), "Repeat it if you still want it."
    )
