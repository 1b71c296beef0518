"""Between the transports and the listeners: kept, acknowledged, worked on; each delivery once."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from front_tools import ASKED, COMMAND, FORM, PRESSED, Desk
from slack_bolt import BoltResponse

from bot.clock import ManualClock
from bot.slack import front as front_module
from bot.slack.front import Reply
from bot.store import Database
from bot.store.tables import inbox


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> Desk:
    return Desk(database, clock)


@pytest.mark.parametrize(("kind", "body"), [("command", COMMAND), ("interactive", FORM)])
async def test_a_delivery_is_on_disk_before_it_is_worked_on(desk: Desk, kind: str, body: dict[str, Any]) -> None:
    desk.go.clear()
    taken = asyncio.create_task(desk.receive(kind, body))
    while not (kept := await desk.inbox.left_over()):
        await asyncio.sleep(0)
    assert desk.worked == []
    assert [one.kind for one in kept] == [kind]
    desk.go.set()
    assert (await taken).status == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("command", COMMAND),
        ("interactive", PRESSED),
        ("event", {"event_id": "E1", "event": {"type": "app_home_opened"}}),
    ],
)
async def test_slack_need_not_wait_for_bolt_where_the_ack_says_nothing(
    desk: Desk, kind: str, body: dict[str, Any]
) -> None:
    desk.app.async_dispatch = never  # type: ignore[method-assign]
    assert await desk.front.receive(kind, body) == Reply()
    assert [one.kind for one in await desk.inbox.left_over()] == [kind]
    assert not desk.front.idle
    for task in desk.front._handing:
        task.cancel()
    await desk.front.drain(15.0)
    assert desk.front.idle


async def never(_request: object) -> BoltResponse:
    return await asyncio.get_running_loop().create_future()


async def test_a_repeated_delivery_gets_the_first_answer_and_is_not_worked_on(desk: Desk) -> None:
    first = await desk.front.receive("interactive", FORM)
    assert first == Reply(200, {"response_action": "clear"})
    assert await desk.front.receive("interactive", dict(FORM)) == first
    assert desk.worked == ["form"]
    assert desk.metrics.repeated._value.get() == 1


async def test_a_repeated_command_is_acknowledged_and_not_worked_on(desk: Desk) -> None:
    assert [await desk.receive("command", dict(COMMAND)) for _ in range(2)] == [Reply(), Reply()]
    assert desk.worked == ["list"]
    assert desk.metrics.repeated._value.get() == 1


async def test_deliveries_that_come_together_are_one(desk: Desk) -> None:
    desk.go.clear()
    several = [asyncio.create_task(desk.front.receive("interactive", FORM)) for _ in range(4)]
    await asyncio.sleep(0)
    desk.go.set()
    replies = await asyncio.gather(*several)
    assert set(map(repr, replies)) == {repr(Reply(200, {"response_action": "clear"}))}
    assert desk.worked == ["form"]


async def test_after_a_restart_the_disk_remembers(desk: Desk) -> None:
    await desk.receive("command", COMMAND)
    assert await desk.restarted().receive("command", COMMAND) == Reply()
    assert desk.worked == ["list"]


async def test_the_ack_waits_for_no_mark_of_another_delivery(desk: Desk) -> None:
    await desk.inbox.keep("command:before", "command", b"{}")
    desk.inbox.done("command:before")
    desk.go.clear()
    await desk.front.receive("command", COMMAND)
    query = sa.select(inbox.c.key).where(inbox.c.done_at.is_(None))
    left = await desk.database.read(lambda c: c.execute(query).scalars().all())
    assert len(left) == 2
    desk.go.set()
    await desk.front.drain(15.0)


async def test_another_workspace_is_heard_because_shared_channels_name_it(desk: Desk) -> None:
    reply = await desk.receive("command", {**COMMAND, "team_id": "T2"})
    assert reply.status == 200
    assert desk.worked == ["list"]


@pytest.mark.parametrize("kind", ["interactive", "event"])
async def test_what_has_no_name_is_refused(desk: Desk, kind: str) -> None:
    assert await desk.front.receive(kind, {}) == Reply(400)
    assert await desk.inbox.left_over() == []


async def test_slack_is_heard_when_it_withholds_events(desk: Desk) -> None:
    body = {"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1518467820, "api_app_id": "A1"}
    assert await desk.front.receive("event", body) == Reply()
    assert await desk.inbox.left_over() == []


async def test_a_question_is_answered_each_time_and_not_kept(desk: Desk) -> None:
    for _ in range(2):
        assert (await desk.front.receive("interactive", ASKED)).payload == {"options": []}
    assert desk.worked == ["options", "options"]
    assert await desk.inbox.left_over() == []


async def test_without_a_disk_what_only_reads_goes_on(desk: Desk) -> None:
    await desk.database.close()
    assert (await desk.receive("command", COMMAND)).status == 200
    assert desk.worked == ["list"]


async def test_unfinished_work_is_taken_up_again_three_times_at_most(desk: Desk) -> None:
    await desk.inbox.keep("command:a", "command", b'{"command":"/task","text":"list","team_id":"T1"}')
    for _ in range(5):
        await desk.restarted().take_up(await desk.inbox.left_over())
        await desk.database.flush()
    assert desk.worked == ["list"] * 3
    assert await desk.inbox.left_over() == []


async def test_unfinished_work_of_half_an_hour_ago_is_given_up(desk: Desk) -> None:
    await desk.inbox.keep("command:a", "command", b'{"command":"/task","text":"list","team_id":"T1"}')
    desk.clock.advance(1799.9)
    (kept,) = await desk.inbox.left_over()
    assert desk.front.takes(kept)
    desk.clock.advance(0.1)
    assert await desk.front.take_up([kept]) == 0
    await desk.database.flush()
    assert desk.worked == []
    assert await desk.inbox.left_over() == []


async def test_what_could_not_be_handed_on_is_taken_when_slack_repeats_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed = desk.app.async_dispatch
    trouble = [RuntimeError("the hand-off fails")]

    async def failing(request: Any) -> Any:
        if trouble:
            raise trouble.pop()
        return await handed(request)

    monkeypatch.setattr(desk.app, "async_dispatch", failing)
    with pytest.raises(RuntimeError):
        await desk.front.receive("interactive", FORM)
    assert await desk.inbox.left_over() == []
    assert (await desk.front.receive("interactive", FORM)).status == 200
    assert desk.worked == ["form"]


async def test_what_fails_behind_the_ack_is_taken_up_at_the_next_start(desk: Desk) -> None:
    handed, desk.app.async_dispatch = desk.app.async_dispatch, failing  # type: ignore[method-assign]
    assert await desk.receive("command", COMMAND) == Reply()
    assert desk.worked == []
    desk.app.async_dispatch = handed  # type: ignore[method-assign]
    assert await desk.restarted().take_up(await desk.inbox.left_over()) == 1
    assert desk.worked == ["list"]


@pytest.mark.parametrize("jump", [-600, 600])
async def test_a_clock_that_jumps_makes_no_repeat_new(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    await desk.receive("command", COMMAND)
    real = clock.unix()
    monkeypatch.setattr(clock, "unix", lambda: real + jump)
    await desk.receive("command", COMMAND)
    await desk.inbox.prune()
    await desk.restarted().receive("command", COMMAND)
    assert desk.worked == ["list"]


def counted(desk: Desk, name: str) -> float:
    """A number of the metrics page."""
    lines = desk.metrics.page().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


async def test_what_came_and_how_fast_it_was_acknowledged_is_counted(desk: Desk, clock: ManualClock) -> None:
    clock.advance(1_000)
    desk.go.clear()
    taken = asyncio.create_task(desk.front.receive("interactive", FORM))
    while not await desk.inbox.left_over():
        await asyncio.sleep(0)
    clock.advance(0.5)
    desk.go.set()
    await taken
    await desk.front.receive("interactive", FORM)
    assert counted(desk, 'cutover_bot_deliveries_total{kind="view"}') == 2
    assert counted(desk, "cutover_bot_deliveries_repeated_total") == 1
    assert counted(desk, 'cutover_bot_ack_seconds_count{kind="view"}') == 1
    assert counted(desk, 'cutover_bot_ack_seconds_sum{kind="view"}') == 0.5


async def test_how_much_was_taken_up_again_is_told(desk: Desk) -> None:
    desk.app.async_dispatch = broken  # type: ignore[method-assign]
    for number in range(3):
        await desk.inbox.keep(f"command:{number}", "command", orjson.dumps({**COMMAND, "trigger_id": str(number)}))
    await desk.inbox.keep("command:x", "command", b"")
    assert await desk.front.take_up(await desk.inbox.left_over()) == 3


async def broken(_request: object) -> BoltResponse:
    return BoltResponse(status=404)


async def test_an_answer_without_a_body_has_its_status(desk: Desk) -> None:
    desk.app.async_dispatch = broken  # type: ignore[method-assign]
    assert await desk.front.receive("interactive", FORM) == Reply(404, None)


async def test_only_so_many_are_remembered_and_the_disk_knows_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_module, "_REMEMBER", 2)
    for number in (1, 2, 3):
        await desk.front.receive("interactive", {**FORM, "trigger_id": str(number)})
    assert len(desk.front._recent) == 2
    again = [await desk.front.receive("interactive", {**FORM, "trigger_id": str(number)}) for number in (3, 2, 1)]
    assert again == [Reply(200, {"response_action": "clear"})] * 2 + [Reply()], (
        "the oldest is the one that was forgotten"
    )
    assert len(desk.worked) == 3


async def test_a_failed_hand_on_is_told_once_and_not_again_by_the_loop(desk: Desk) -> None:
    """A future whose error nobody asked for complains in the log when it goes: that would be a second alarm."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    desk.app.async_dispatch = failing  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        await desk.front.receive("interactive", FORM)
    gc.collect()
    assert complaints == []


async def failing(_request: object) -> BoltResponse:
    raise RuntimeError("the hand-off fails")
