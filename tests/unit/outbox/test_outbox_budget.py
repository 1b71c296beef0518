"""Budgets: Slack's limits are never passed, answers to presses go first, and everybody's turn comes."""

from __future__ import annotations

import asyncio

import hypothesis.strategies as st
from hypothesis import given
from outbox_tools import Desk, Mail

from bot.outbox.budget import Budget, Window
from bot.outbox.sender import SIDE_BY_SIDE


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 6), st.integers(1, 10))
def test_no_stretch_of_time_holds_more_than_the_window_allows(steps: list[float], count: int, seconds: int) -> None:
    window, now, taken = Window(count, seconds), 0.0, list[float]()
    for step in steps:
        now = max(now + step / 10, window.free_at(now + step / 10))
        window.take(now)
        taken.append(now)
    for at in taken:
        assert sum(at <= other < at + seconds for other in taken) <= count


@given(st.integers(1, 5), st.integers(0, 4))
def test_what_is_kept_for_others_is_not_taken(count: int, kept: int) -> None:
    window, kept = Window(count, 10), min(kept, count - 1)
    taken = 0
    while window.free_at(0, kept) <= 0:
        window.take(0)
        taken += 1
    assert taken == count - kept
    assert (window.free_at(0) <= 0) == (kept > 0)


def test_channels_have_posts_of_their_own_and_share_those_of_the_workspace() -> None:
    budget = Budget()
    for _ in range(5):
        budget.posted("C1", 0)
    assert budget.post_at("C1", 0) == 5
    assert budget.post_at("C2", 0) == 0
    for number in range(235):
        budget.posted(f"D{number}", 0)
    assert budget.post_at("C2", 0) == 60


def test_boards_that_must_wait_all_get_their_turn_and_in_it_they_go() -> None:
    budget, now = Budget(), 0.0
    for number in range(30):
        assert budget.update_at(f"C{number}", now, urgent=False) == now
        budget.updated(f"C{number}", now)
    turns = {name: budget.update_at(name, now, urgent=False) for name in ("D1", "D2", "D3")}
    assert turns == {"D1": 60, "D2": 62, "D3": 64}
    assert budget.update_at("D1", now, urgent=True) == now, "what is kept for presses is free"
    for name, turn in turns.items():
        assert budget.update_at(name, turn, urgent=False) == turn
        budget.updated(name, turn)


def test_a_turn_that_nobody_takes_holds_up_the_others_for_a_minute_at_most() -> None:
    budget = Budget()
    for number in range(30):
        budget.updated(f"C{number}", 0)
    gone = budget.update_at("gone", 0, urgent=False)
    assert budget.update_at("D", gone + 1, urgent=False) == gone + 2
    assert budget.update_at("E", gone + 61, urgent=False) == gone + 61


def test_channels_that_are_quiet_are_forgotten_and_what_they_posted_counts_on() -> None:
    budget = Budget()
    for number in range(500):
        budget.posted(f"C{number}", 0)
    budget.posted("C500", 5)
    assert len(budget._channels) == 501, "so few need no look"
    budget.posted("C501", 9.9)
    assert sorted(budget._channels) == ["C500", "C501"]
    assert budget.post_at("C502", 10) == 60, "the workspace's minute is full"


async def test_answers_to_presses_pass_a_hundred_boards(mail: Mail, desk: Desk) -> None:
    for number in range(60):
        await mail.put("1", key=f"{number}a", channel=f"C{number}", slot="board")
    await mail.put("card", key="card", channel="C0", slot="card")
    await mail.drain()
    await mail.send(120)
    for number in range(60):
        await mail.put("2", key=f"{number}b", channel=f"C{number}", slot="board")
    for _ in range(3):
        await mail.send()
    boards = [f"C{number}" for number in range(60) if desk.texts(f"C{number}")[0] == "2"]
    assert len(boards) == 30
    await mail.put("card pressed", channel="C59", slot="board", urgent=True)
    await mail.send()
    assert desk.texts("C59") == ["card pressed"]
    await mail.drain(180)
    assert all(desk.texts(f"C{number}")[0] == "2" for number in range(59))


async def test_posts_do_not_wait_behind_an_edit_that_must_wait(mail: Mail, desk: Desk) -> None:
    for number in range(40):
        await mail.put("1", key=f"{number}a", channel=f"C{number}", slot="board")
    await mail.drain()
    await mail.send(120)
    for number in range(40):
        await mail.put("2", key=f"{number}b", channel=f"C{number}", slot="board")
        await mail.put("news", key=f"{number}c", channel=f"C{number}")
    for _ in range(3):
        await mail.send()
    assert all("news" in desk.texts(f"C{number}") for number in range(40))
    assert sum(desk.texts(f"C{number}")[0] == "2" for number in range(40)) == 30


async def test_newer_states_of_a_board_that_waits_cost_one_edit(mail: Mail, desk: Desk) -> None:
    for number in range(30):
        mail.outbox._budget.updated(f"X{number}", mail.clock.unix())
    await mail.put("0", slot="board")
    await mail.send()
    for number in range(1, 50):
        await mail.put(str(number), slot="board")
        await mail.send(1)
    await mail.drain()
    assert desk.texts() == ["49"]
    assert desk.methods().count("chat.update") == 1


def waiting(*names: str) -> Budget:
    """Boards took all there is at 0; these wait for their turns from then on: 60, 62, ..."""
    budget = Budget()
    for number in range(30):
        budget.updated(f"C{number}", 0)
    for place, name in enumerate(names):
        assert budget.update_at(name, 0, urgent=False) == 60 + 2 * place
    return budget


def test_nobody_goes_before_those_who_wait() -> None:
    budget = waiting("D1", "D2")
    assert budget.update_at("D2", 60, urgent=False) == 62, "there is room, and it is not its turn"
    assert budget.update_at("late", 60, urgent=False) == 64
    assert budget.update_at("D1", 60, urgent=False) == 60


def test_who_had_a_turn_waits_for_the_next() -> None:
    budget = waiting("D1", "D2", "D3")
    budget.updated("D1", 60)
    assert budget.update_at("D1", 61, urgent=False) == 66


def test_who_finds_no_room_in_its_turn_gets_another() -> None:
    budget = waiting("D1", "D2")
    for at in (1, 60):
        for _ in range(15):
            budget.updated("C1", at)
    assert budget.update_at("D1", 60, urgent=False) == 64, "behind the other, though there is room at 61"
    assert budget.update_at("D2", 62, urgent=False) == 62


def test_a_refusal_for_all_holds_everybody_and_is_never_shortened() -> None:
    budget = Budget()
    budget.no_updates_before(30)
    budget.no_updates_before(10)
    assert budget.update_at("C1", 0, urgent=True) == 30
    assert budget.update_at("C1", 0, urgent=False) == 30
    assert budget.post_at("C1", 0) == 0


async def test_few_calls_are_under_way_at_once_and_what_answers_a_press_passes_them(mail: Mail, desk: Desk) -> None:
    """Each call takes a connection to Slack."""
    desk.hanging = asyncio.Event()
    for number in range(15):
        await mail.put(f"news {number}", channel=f"C{number}")
    work = asyncio.create_task(mail.outbox.run())
    async with asyncio.timeout(10):
        while len(desk.calls) < SIDE_BY_SIDE:
            await asyncio.sleep(0)
        await mail.put("pressed", channel="C99", urgent=True)
        mail.outbox.wake()
        while not desk.texts("C99"):
            await asyncio.sleep(0)
        assert len(desk.calls) == SIDE_BY_SIDE + 1
        desk.hanging.set()
        while len(desk.calls) < 16:
            mail.clock.advance(0.5)
            await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
