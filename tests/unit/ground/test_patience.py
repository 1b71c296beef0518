"""A word while an answer takes long: after four seconds, to who sees nothing yet, and never after the answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.blocks import say
from bot.blocks.message import Message
from bot.clock import ManualClock
from bot.slack.answer import Answer
from bot.slack.delivery import read_command, read_interactive
from handlers.patience import SECONDS, patience

FORM = {"command": "/task", "text": "list", "user_id": "U1", "channel_id": "C1", "team_id": "T1", "response_url": "r"}
SUBMITTED = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": {"id": "V1"}}
DONE: Message = say.done("Done")  # type: ignore[arg-type]


class Posted:
    """Takes what goes to the response_url."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def post(self, _: str, payload: dict[str, Any]) -> bool:
        self.texts.append(payload["text"])
        return True


def answer_to(delivery: Any, poster: Any) -> Answer:
    web: Any = None
    assert delivery is not None
    return Answer(delivery, web, poster)


async def waited(answer: Answer, seconds: float) -> None:
    """Work that takes so long."""
    clock = ManualClock()
    async with patience(answer, clock):
        await asyncio.sleep(0)
        clock.advance(seconds)
        for _ in range(5):
            await asyncio.sleep(0)


async def test_after_four_seconds_there_is_a_word() -> None:
    poster = Posted()
    await waited(answer_to(read_command(FORM), poster), SECONDS - 0.1)
    assert poster.texts == []
    await waited(answer_to(read_command(FORM), poster), SECONDS)
    assert len(poster.texts) == 1
    assert "still at it" in poster.texts[0]


async def test_who_has_read_something_or_has_a_form_before_them_needs_none() -> None:
    poster = Posted()
    told = answer_to(read_command(FORM), poster)
    await told.say(DONE)
    await waited(told, 60)
    assert len(poster.texts) == 1
    shown = answer_to(read_command(FORM), poster)
    shown.view_id = "V1"
    await waited(shown, 60)
    assert len(poster.texts) == 1


async def test_a_submitted_form_shows_by_itself_that_it_is_worked_on() -> None:
    poster = Posted()
    await waited(answer_to(read_interactive(SUBMITTED), poster), 60)
    assert poster.texts == []


async def test_work_that_fails_leaves_no_word_behind() -> None:
    poster, clock = Posted(), ManualClock()

    async def failing() -> None:
        async with patience(answer_to(read_command(FORM), poster), clock):
            await asyncio.sleep(0)
            raise LookupError

    with pytest.raises(LookupError):
        await failing()
    clock.advance(60)
    for _ in range(5):
        await asyncio.sleep(0)
    assert poster.texts == []
