"""A lane on disk: when it is due, whoever puts letters meanwhile."""

from __future__ import annotations

import pytest
from outbox_tools import Desk, Mail, refusal

from bot.blocks.message import Message
from bot.outbox import queue
from bot.outbox.letter import Letter
from bot.outbox.outbox import put_all


async def test_a_new_lane_is_due_at_once_and_has_no_past(mail: Mail) -> None:
    await mail.put("a")
    lane = await mail.lane()
    assert (lane["due_at"], lane["next_at"], lane["failures"], lane["fence"]) == (mail.clock.unix(), 0, 0, 0)
    assert lane["paused"] is None


async def test_a_lane_that_is_due_already_does_not_lose_its_place(mail: Mail) -> None:
    await mail.put("a")
    first = mail.clock.unix()
    mail.clock.advance(10)
    await mail.put("b")
    assert (await mail.lane())["due_at"] == first


async def test_a_lane_that_rests_is_due_again_with_a_letter(mail: Mail) -> None:
    await mail.put("a")
    await mail.drain()
    assert (await mail.lane())["due_at"] is None
    mail.clock.advance(10)
    await mail.put("b")
    assert (await mail.lane())["due_at"] == mail.clock.unix()


async def test_a_lane_that_must_wait_is_not_due_before(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("ratelimited", 30))
    await mail.put("a")
    await mail.send()
    until = mail.clock.unix() + 30
    mail.clock.advance(10)
    await mail.put("b")
    lane = await mail.lane()
    assert (lane["due_at"], lane["next_at"]) == (until, until)


async def test_a_lost_channel_keeps_its_own_time_whatever_is_put(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("is_archived"))
    await mail.put("a")
    await mail.send()
    before = await mail.lane()
    mail.clock.advance(10)
    await mail.put("b")
    after = await mail.lane()
    assert after["due_at"] == before["due_at"]
    assert after["due_at"] - mail.clock.unix() > 3000


async def test_how_many_were_new_is_told_and_other_replicas_are_woken_for_them(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    rang: list[str] = []
    monkeypatch.setattr(queue, "ring", lambda _, what: rang.append(what))
    told = [Letter(key, "C1", Message("text", ())) for key in ("a", "b", "a")]
    assert await mail.database.write(lambda c: put_all(c, [], mail.clock.unix())) == 0
    assert rang == []
    assert await mail.database.write(lambda c: put_all(c, told, mail.clock.unix())) == 2
    assert await mail.database.write(lambda c: put_all(c, told, mail.clock.unix())) == 0
    assert rang == ["letters", "letters"]


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (True, True), (False, False)])
async def test_what_takes_the_place_of_a_pinned_letter_is_pinned(
    mail: Mail, desk: Desk, first: bool, second: bool
) -> None:
    await mail.put("1", slot="board", pin=first)
    await mail.put("2", slot="board", pin=second)
    await mail.drain()
    assert desk.texts() == ["2"]
    assert bool(desk.pins) is (first or second)
