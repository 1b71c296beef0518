"""A word while an answer takes long. The one rule: one word, and only where nothing was said or opened yet.

Who types at two in the morning and sees nothing types again. An answer usually comes within a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bot.blocks import say
from bot.blocks.text import Mrkdwn
from bot.clock import Clock
from bot.slack.answer import Answer

SECONDS: Final = 4.0
_SLOW: Final = Mrkdwn("⏳ This takes long. The bot is still at it.")
_WORD: Final = say.note(_SLOW, "Nothing needs to be repeated.")


@asynccontextmanager
async def patience(answer: Answer, clock: Clock) -> AsyncIterator[None]:
    """Around the work for a command or a press."""
    if answer.delivery.kind not in ("command", "action"):
        yield
        return
    waiting = asyncio.create_task(_word(answer, clock))
    try:
        yield
    finally:
        waiting.cancel()


async def _word(answer: Answer, clock: Clock) -> None:
    await clock.sleep(SECONDS)
    if answer.silent:
        await answer.aside(_WORD)
