"""A lane on disk: when it is due, whoever puts letters meanwhile."""

from __future__ import annotations

from functools import partial

import pytest
import sqlalchemy as sa
import structlog
from outbox_tools import Desk, Mail, refusal

from bot.blocks.message import Message
from bot.outbox import queue
from bot.outbox.letter import Letter
from bot.outbox.outbox import put_all
from bot.outbox.queue import Lane
from bot.store.claims import LeaseLost
from bot.store.tables import lanes


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


async def claimed(mail: Mail) -> Lane:
    """The lane of C1, in this bot's hands."""
    now = mail.clock.unix()
    (lane,) = await mail.database.write(lambda c: queue.claim_lanes(c, "me", now, 10))
    return lane


async def taken_over(mail: Mail) -> None:
    """Another replica has it by now."""
    other = sa.update(lanes).values(fence=lanes.c.fence + 1, lease_owner="another")
    await mail.database.write(lambda c: c.execute(other))


async def test_a_lane_that_another_took_over_is_not_written_any_more(mail: Mail, desk: Desk) -> None:
    await mail.put("a")
    lane = await claimed(mail)
    await taken_over(mail)
    with pytest.raises(LeaseLost):
        await mail.outbox._sender.work(lane)
    assert desk.calls == []
    assert await mail.states() == {"a": "waiting"}
    for late in (queue.hold, queue.give_back):
        more = {"due_at": None} if late is queue.give_back else {}
        with pytest.raises(LeaseLost):
            await mail.database.write(partial(late, lane=lane, now=mail.clock.unix(), **more))
    assert (await mail.lane())["lease_owner"] == "another"


async def test_a_lane_that_is_known_to_be_lost_sends_nothing_more(mail: Mail, desk: Desk) -> None:
    await mail.put("a")
    lane = await claimed(mail)
    lane.lost = True
    with pytest.raises(LeaseLost):
        await mail.outbox._sender.work(lane)
    assert desk.calls == []


async def test_a_channel_that_takes_posts_again_has_no_past(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("service_unavailable"), refusal("not_in_channel"))
    await mail.put("a")
    await mail.send()
    assert (await mail.lane())["failures"] == 1
    await mail.send(3)
    assert (await mail.lane())["paused"] == "not_in_channel"
    mail.clock.advance(10)
    await mail.outbox.deliver("link", "C1", Message("linked", ()))
    lane, now = await mail.lane(), mail.clock.unix()
    assert (lane["paused"], lane["failures"], lane["next_at"], lane["due_at"]) == (None, 0, now, now)


async def test_what_slack_takes_as_words_only_is_words_after_a_restart_too(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("invalid_blocks"), refusal("service_unavailable"))
    told = Letter("a", "C1", Message("a", ({"type": "divider"},)))
    await mail.database.write(lambda c: put_all(c, [told], mail.clock.unix()))
    await mail.send()
    mail.outbox = Mail(mail.database, desk, mail.clock).outbox
    await mail.drain()
    assert [(one["text"], one["blocks"]) for one in desk.posts["C1"]] == [("a", [])]


async def test_an_edit_that_answers_a_press_is_the_first_of_its_channel(mail: Mail, desk: Desk) -> None:
    for slot in ("board", "card"):
        await mail.put(f"{slot} 1", slot=slot)
    await mail.drain()
    await mail.put("board 2", slot="board")
    await mail.put("card 2", slot="card", urgent=True)
    await mail.send()
    assert [given["text"] for method, given in desk.calls if method == "chat.update"] == ["card 2", "board 2"]


async def test_a_lane_waits_for_slack_by_its_own_clock_and_not_within_a_call(mail: Mail, desk: Desk) -> None:
    for text in ("1", "2"):
        await mail.put(text, slot="board")
        await mail.drain()
    assert (desk.patience["chat.postMessage"], desk.patience["chat.update"]) == (0, 0)


async def test_after_a_success_failures_are_counted_from_the_start(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("service_unavailable"))
    await mail.put("a")
    await mail.drain()
    assert (await mail.lane())["failures"] == 0


async def test_slack_adds_no_preview_of_anything_to_a_post(mail: Mail, desk: Desk) -> None:
    await mail.put("https://a.example")
    await mail.drain()
    (post,) = desk.posts["C1"]
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)


@pytest.mark.parametrize(
    ("method", "error", "told"),
    [
        ("pins.add", "already_pinned", []),
        ("pins.add", "missing_scope", ["not_pinned"]),
        ("pins.remove", "no_pin", []),
        ("pins.remove", "missing_scope", ["not_unpinned"]),
    ],
)
async def test_a_pin_that_cannot_be_set_or_taken_holds_nothing_up(
    mail: Mail, desk: Desk, method: str, error: str, told: list[str]
) -> None:
    desk.fail(method, refusal(error))
    with structlog.testing.capture_logs() as lines:
        await mail.put("1", slot="board", pin=True)
        await mail.drain()
        await mail.put("2", slot="board", ends=("board",))
        await mail.drain()
    assert desk.texts() == ["2"]
    assert [line["event"] for line in lines if "pinned" in line["event"]] == told
