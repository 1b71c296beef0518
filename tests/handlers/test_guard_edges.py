"""Whatever Slack delivers is acknowledged and ended: what nobody listens to, and what still runs at the end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stage import DANA, FAILOVER, Stage

PERSON: dict[str, Any] = {"user": {"id": DANA, "name": "dana"}, "team": {"id": "T0HARBOUR01"}, "api_app_id": "A1"}
UNKNOWN: list[tuple[str, dict[str, Any]]] = [
    (
        "interactive",
        {**PERSON, "type": "view_submission", "view": {"id": "V1", "type": "modal", "callback_id": "of_old"}},
    ),
    ("event", {"type": "event_callback", "event_id": "E1", "event": {"type": "of_old", "user": DANA}, **PERSON}),
    (
        "interactive",
        {
            **PERSON,
            "type": "block_suggestion",
            "action_id": "of_old",
            "block_id": "b",
            "value": "x",
            "view": {"id": "V1"},
        },
    ),
]


@pytest.mark.parametrize(("kind", "body"), UNKNOWN, ids=["form", "event", "question"])
async def test_what_nobody_listens_to_is_acknowledged_and_not_taken_up_again(
    stage: Stage, kind: str, body: dict[str, Any]
) -> None:
    before = len(stage.messages())
    reply = await stage.bot.front.receive(kind, body)
    assert reply.status == 200
    assert reply.payload in (None, {"options": []})
    await stage.settle()
    await stage.bot.database.flush()
    assert await stage.bot.inbox.left_over() == []
    assert len(stage.messages()) == before


async def test_what_is_under_way_at_the_end_is_waited_for_and_then_left(stage: Stage) -> None:
    guard, ended, begun = stage.bot.guard, list[str](), asyncio.Event()
    assert (guard.idle, await guard.drain(0)) == (True, 0)

    async def work(*_: Any) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("tidy")

    guard._verb = work  # type: ignore[method-assign]
    await stage.slack.command(DANA, FAILOVER, "/task", "list")
    await asyncio.wait_for(begun.wait(), 10)
    assert await guard.drain(0) == 1
    assert ended == ["tidy"]
    assert guard.idle
    assert len(await stage.bot.inbox.left_over()) == 1, "the next start takes it up"
