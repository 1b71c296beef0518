"""Refusals: one lane's trouble is its own, what is not known is looked for, and a lost channel is told of once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from outbox_tools import Desk, Mail, no_answer, refusal

from bot.blocks.message import Message
from bot.errors import SlackError

LOST = "C0DCFAILOVR"


async def test_a_429_holds_its_channel_only_and_as_long_as_slack_says(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("ratelimited", 30), channel="C1")
    await mail.put("a1", "a2", channel="C1")
    await mail.put("b", channel="C2")
    await mail.send()
    assert (desk.texts("C1"), desk.texts("C2")) == ([], ["b"])
    await mail.send(29)
    assert desk.methods("C1") == ["chat.postMessage"]
    await mail.send(1)
    assert desk.texts("C1") == ["a1", "a2"]
    assert "conversations.history" not in desk.methods("C1")


async def test_a_429_of_edits_holds_all_edits_and_no_posts(mail: Mail, desk: Desk) -> None:
    for channel in ("C1", "C2"):
        await mail.put("1", key=f"{channel}1", channel=channel, slot="board")
    await mail.drain()
    desk.fail("chat.update", refusal("ratelimited", 30))
    for channel in ("C1", "C2"):
        await mail.put("2", key=f"{channel}2", channel=channel, slot="board")
        await mail.put("news", key=f"{channel}3", channel=channel)
    await mail.send()
    for channel in ("C1", "C2"):
        assert desk.texts(channel)[1:] == ["news"]
    assert desk.calls.count(("chat.update", desk.calls[-1][1])) <= 1
    await mail.drain()
    assert (desk.texts("C1"), desk.texts("C2")) == (["2", "news"], ["2", "news"])


@pytest.mark.parametrize("error", [no_answer(), refusal("internal_error"), refusal("fatal_error")])
async def test_what_was_taken_without_an_answer_is_found_and_not_repeated(
    mail: Mail, desk: Desk, error: SlackError
) -> None:
    desk.fail("chat.postMessage", error, taken=True)
    await mail.put("a", "b")
    await mail.drain()
    assert desk.texts() == ["a", "b"]
    assert desk.methods() == ["chat.postMessage", "conversations.history", "chat.postMessage"]


async def test_what_was_not_taken_is_posted_after_a_look(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", no_answer(), no_answer())
    await mail.put("a", "b")
    await mail.drain()
    assert desk.texts() == ["a", "b"]


async def test_an_answer_in_a_thread_is_looked_for_in_its_thread(mail: Mail, desk: Desk) -> None:
    await mail.put("run", slot="run")
    await mail.drain()
    desk.fail("chat.postMessage", no_answer(), taken=True)
    await mail.put("a", thread_slot="run")
    await mail.drain()
    assert desk.texts() == ["run", "a"]
    assert desk.methods()[-1] == "conversations.replies"


async def test_an_answer_in_doubt_that_went_before_what_it_answers_is_found(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", no_answer(), taken=True)
    await mail.put("a", thread_slot="run")
    await mail.send()
    await mail.put("run", slot="run")
    await mail.drain()
    assert desk.texts() == ["a", "run"]


async def test_a_found_post_keeps_its_slot_and_its_pin(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", no_answer(), taken=True)
    await mail.put("1", slot="board", pin=True)
    await mail.drain()
    await mail.put("2", slot="board", pin=True)
    await mail.drain()
    assert desk.texts() == ["2"]
    assert desk.pins == [("C1", desk.posts["C1"][0]["ts"])]


async def test_a_look_that_meets_trouble_is_taken_again_before_anything_is_posted(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", no_answer(), taken=True)
    desk.fail("conversations.history", refusal("ratelimited", 5), no_answer(), refusal("service_unavailable"))
    await mail.put("a")
    await mail.drain()
    assert desk.texts() == ["a"]
    assert desk.methods().count("conversations.history") == 4


@pytest.mark.parametrize("error", ["missing_scope", "channel_not_found", "not_allowed_token_type"])
async def test_where_nobody_can_look_one_repeat_is_better_than_silence(
    mail: Mail, desk: Desk, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.fail("chat.postMessage", no_answer(), taken=True)
    desk.fail("conversations.history", refusal(error))
    await mail.put("a", "b")
    await mail.drain()
    assert desk.texts() == ["a", "a", "b"]
    assert "letter_may_be_twice" in capsys.readouterr().out


async def test_an_edit_without_an_answer_is_simply_repeated(mail: Mail, desk: Desk) -> None:
    await mail.put("1", slot="board")
    await mail.drain()
    desk.fail("chat.update", no_answer(), taken=True)
    await mail.put("2", slot="board")
    await mail.drain()
    assert desk.texts() == ["2"]
    assert desk.methods() == ["chat.postMessage", "chat.update", "chat.update"]


@pytest.mark.parametrize("error", ["is_archived", "not_in_channel", "channel_not_found", "restricted_action"])
async def test_a_lost_channel_is_paused_and_its_owner_told_once(mail: Mail, desk: Desk, error: str) -> None:
    await mail.link(LOST)
    desk.fail("chat.postMessage", refusal(error), refusal(error), channel=LOST)
    await mail.put("a", "b", channel=LOST)
    await mail.drain(30)
    await mail.put("c", channel=LOST)
    await mail.send(3600)
    await mail.drain(30)
    assert desk.texts(LOST) == []
    (told,) = desk.texts("U0DANA00001")
    assert f"<#{LOST}>" in told
    assert "/cutover link" in told
    assert desk.methods(LOST) == ["chat.postMessage"] * 2, "it is tried again once an hour, not more"
    assert (await mail.lane(LOST))["paused"] == error


async def test_a_channel_that_takes_posts_again_goes_on_where_it_stood(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("not_in_channel"))
    await mail.put("a", "b")
    await mail.send()
    await mail.outbox.deliver("link", "C1", Message("linked", ()))
    await mail.drain(30)
    assert desk.texts() == ["linked", "a", "b"]
    assert (await mail.lane())["paused"] is None


async def test_an_invitation_back_is_noticed_within_the_hour(mail: Mail, desk: Desk) -> None:
    await mail.link("C1")
    desk.fail("chat.postMessage", refusal("not_in_channel"), channel="C1")
    await mail.put("a")
    await mail.send()
    await mail.send(3600)
    assert desk.texts() == ["a"]
    assert (await mail.lane())["paused"] is None
    desk.fail("chat.postMessage", refusal("not_in_channel"), channel="C1")
    await mail.put("b")
    await mail.drain(10)
    assert len(desk.texts("U0DANA00001")) == 2, "it was lost a second time"


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "missing_scope"])
async def test_a_bad_token_loses_no_letter(mail: Mail, desk: Desk, error: str) -> None:
    desk.fail("chat.postMessage", *[refusal(error)] * 3)
    await mail.put("a", "b")
    await mail.drain(300)
    assert desk.texts() == ["a", "b"]


async def test_a_hanging_channel_holds_up_no_other_and_keeps_its_lease(mail: Mail, desk: Desk) -> None:
    desk.hanging = asyncio.Event()
    running = asyncio.create_task(mail.outbox.run())
    await mail.put("a", channel="C1")
    mail.outbox.wake()
    await _until(lambda: desk.texts("C1"))
    hung, desk.hanging = desk.hanging, None
    await mail.put("b", channel="C2")
    mail.outbox.wake()
    await _until(lambda: desk.texts("C2"))
    fence = (await mail.lane("C1"))["fence"]
    for _ in range(20):
        mail.clock.advance(1)
        await asyncio.sleep(0.01)
    hung.set()
    await _until_sent(mail)
    assert (desk.texts("C1"), (await mail.lane("C1"))["fence"]) == (["a"], fence)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _until(wanted: Any) -> None:
    for _ in range(2000):
        if wanted():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came true")


async def _until_sent(mail: Mail) -> None:
    for _ in range(2000):
        if not await mail.outbox.waiting():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it was never sent")
