"""What stands in a channel, and in which order it came."""

from __future__ import annotations

import asyncio

import pytest
from outbox_tools import Desk, Mail, refusal

from bot.blocks.message import Message


async def test_letters_go_in_the_order_they_were_put_whoever_put_them(mail: Mail, desk: Desk) -> None:
    await mail.put("a", "b")
    await mail.outbox.put("c", "C1", Message("c", ()))
    await mail.put("d")
    await mail.drain()
    assert desk.texts() == ["a", "b", "c", "d"]


async def test_an_order_holds_over_refusals(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("ratelimited", 2), refusal("service_unavailable"))
    await mail.put("a", "b", "c")
    await mail.drain()
    assert desk.texts() == ["a", "b", "c"]


async def test_the_same_key_is_one_letter_for_good(mail: Mail, desk: Desk) -> None:
    await mail.put("a", "a")
    await mail.drain()
    await mail.put("a")
    await mail.drain()
    assert desk.texts() == ["a"]


async def test_long_keys_are_told_apart(mail: Mail, desk: Desk) -> None:
    await mail.put("a", key="k" * 300 + "1")
    await mail.put("b", key="k" * 300 + "2")
    await mail.put("b", key="k" * 300 + "2")
    await mail.drain()
    assert desk.texts() == ["a", "b"]


async def test_a_slot_is_one_message_edited_in_place(mail: Mail, desk: Desk) -> None:
    for text in ("board 1", "board 2", "board 3"):
        await mail.put(text, slot="board")
        await mail.drain()
    assert desk.texts() == ["board 3"]
    assert desk.methods() == ["chat.postMessage", "chat.update", "chat.update"]


async def test_what_shows_that_already_is_not_edited(mail: Mail, desk: Desk) -> None:
    for key in ("1", "2", "3"):
        await mail.put("the same", key=key, slot="board")
        await mail.drain()
    assert desk.methods() == ["chat.postMessage"]
    assert await mail.states() == {"1": "sent", "2": "sent", "3": "sent"}


async def test_of_what_waits_for_a_slot_the_newest_wins_and_keeps_the_turn(mail: Mail, desk: Desk) -> None:
    await mail.put("card 1", slot="card")
    await mail.put("b")
    await mail.put("card 2", slot="card")
    await mail.put("card 3", slot="card")
    await mail.drain()
    assert desk.texts() == ["card 3", "b"]
    assert await mail.states() == {"card 1": "replaced", "b": "sent", "card 2": "replaced", "card 3": "sent"}


async def test_a_replaced_letter_does_not_come_back(mail: Mail, desk: Desk) -> None:
    await mail.put("old", slot="card")
    await mail.put("new", slot="card")
    await mail.put("old", slot="card")
    await mail.drain()
    await mail.put("old", slot="card")
    await mail.drain()
    assert desk.texts() == ["new"]


async def test_slots_of_other_channels_are_other_messages(mail: Mail, desk: Desk) -> None:
    await mail.put("one", slot="board")
    await mail.put("two", slot="board", channel="C2")
    await mail.drain()
    assert (desk.texts("C1"), desk.texts("C2")) == (["one"], ["two"])


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_message_that_cannot_be_edited_is_posted_anew_and_then_edited(
    mail: Mail, desk: Desk, error: str
) -> None:
    await mail.put("1", slot="board", pin=True)
    await mail.drain()
    desk.fail("chat.update", refusal(error))
    await mail.put("2", slot="board", pin=True)
    await mail.drain()
    await mail.put("3", slot="board", pin=True)
    await mail.drain()
    assert desk.texts() == ["1", "3"]
    assert len(desk.pins) == 2


async def test_a_thread_hangs_on_its_slot(mail: Mail, desk: Desk) -> None:
    await mail.put("run", slot="run")
    await mail.put("a", "b", thread_slot="run")
    await mail.drain()
    root, a, b = desk.posts["C1"]
    assert "thread_ts" not in root
    assert (a["thread_ts"], b["thread_ts"]) == (root["ts"], root["ts"])


async def test_what_a_thread_hangs_on_goes_first_even_if_it_came_later(mail: Mail, desk: Desk) -> None:
    await mail.put("a", thread_slot="run")
    await mail.put("run", slot="run")
    await mail.drain()
    assert desk.texts() == ["run", "a"]
    assert desk.posts["C1"][1]["thread_ts"] == desk.posts["C1"][0]["ts"]


async def test_an_answer_to_nothing_is_a_post(mail: Mail, desk: Desk) -> None:
    await mail.put("a", thread_slot="never put")
    await mail.drain()
    assert desk.texts() == ["a"]


async def test_an_answer_to_a_deleted_message_is_a_post(mail: Mail, desk: Desk) -> None:
    await mail.put("run", slot="run")
    await mail.drain()
    desk.fail("chat.postMessage", refusal("thread_not_found"))
    await mail.put("a", thread_slot="run")
    await mail.drain()
    assert desk.texts() == ["run", "a"]
    assert "thread_ts" not in desk.posts["C1"][1]


async def test_a_letter_is_pinned_once_after_its_first_post(mail: Mail, desk: Desk) -> None:
    for text in ("1", "2"):
        await mail.put(text, slot="board", pin=True)
        await mail.drain()
    assert desk.pins == [("C1", desk.posts["C1"][0]["ts"])]


@pytest.mark.parametrize("error", [None, "no_pin", "missing_scope"])
async def test_what_a_letter_ends_is_unpinned_and_never_edited_again(mail: Mail, desk: Desk, error: str | None) -> None:
    await mail.put("old board", slot="old", pin=True)
    await mail.drain()
    if error:
        desk.fail("pins.remove", refusal(error))
    await mail.put("new board", slot="new", pin=True, ends=("old", "never there"))
    await mail.drain()
    old, new = (one["ts"] for one in desk.posts["C1"])
    assert desk.pins == ([("C1", old)] if error else []) + [("C1", new)]
    await mail.put("late news", slot="old")
    await mail.drain()
    assert desk.texts() == ["old board", "new board", "late news"]


async def test_a_letter_may_end_its_own_message(mail: Mail, desk: Desk) -> None:
    await mail.put("board", slot="board", pin=True)
    await mail.drain()
    await mail.put("it is over", slot="board", ends=("board",))
    await mail.drain()
    await mail.put("board anew", slot="board", pin=True)
    await mail.drain()
    assert desk.texts() == ["it is over", "board anew"]
    assert desk.pins == [("C1", desk.posts["C1"][1]["ts"])]


@pytest.mark.parametrize("error", ["already_pinned", "missing_scope", "too_many_pins", "ratelimited"])
async def test_a_post_that_cannot_be_pinned_stands_all_the_same(mail: Mail, desk: Desk, error: str) -> None:
    desk.fail("pins.add", refusal(error))
    await mail.put("board", "news", slot="", pin=True)
    await mail.drain()
    assert desk.texts() == ["board", "news"]
    assert set((await mail.states()).values()) == {"sent"}


async def test_blocks_that_slack_refuses_become_words(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("invalid_blocks"))
    await mail.outbox.put("a", "C1", Message("words", ({"type": "divider"},)))
    await mail.drain()
    assert [(one["text"], one["blocks"]) for one in desk.posts["C1"]] == [("words", [])]


async def test_a_letter_put_while_its_lane_is_worked_on_goes_too(mail: Mail, desk: Desk) -> None:
    desk.hanging = asyncio.Event()
    await mail.put("a")
    sending = asyncio.create_task(mail.send())
    while not desk.texts():
        await asyncio.sleep(0.001)
    await mail.put("b")
    await mail.put("c", slot="card")
    desk.hanging.set()
    assert await sending < 1
    await mail.send()
    assert desk.texts() == ["a", "b", "c"]


async def test_a_letter_replaced_while_its_lane_is_worked_on_is_not_sent(mail: Mail, desk: Desk) -> None:
    desk.hanging = asyncio.Event()
    await mail.put("a")
    await mail.put("card 1", slot="card")
    sending = asyncio.create_task(mail.send())
    while not desk.texts():
        await asyncio.sleep(0.001)
    await mail.put("card 2", slot="card")
    desk.hanging.set()
    await sending
    await mail.send()
    assert desk.texts() == ["a", "card 2"]
    assert "chat.update" not in desk.methods()
