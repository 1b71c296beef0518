"""Letters: in order, about one a second per channel, each key once, and no channel holds up another."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import orjson
import pytest
from ground_tools import CUT, ScriptedSlack, limited, ok, refused, until

from bot.blocks.message import Message
from bot.clock import ManualClock
from bot.errors import SlackError
from bot.outbox import Outbox
from bot.slack.web import SlackWeb
from bot.store import Database
from bot.store.tables import letters


class Post:
    """An outbox, the Slack it posts to, and the clock in hand."""

    def __init__(self, database: Database, slack: ScriptedSlack, web: SlackWeb, clock: ManualClock) -> None:
        self.database, self.slack, self.web, self.clock = database, slack, web, clock
        self.outbox = Outbox(database, web, clock)
        slack._last = ok(ts="1.1")

    async def put(self, *names: str, channel: str = "C1") -> None:
        for name in names:
            await self.outbox.put(f"key:{name}", channel, Message(name, ()))

    async def send(self, seconds: float = 0) -> float:
        self.clock.advance(seconds)
        return await self.outbox.send_due()

    @property
    def sent(self) -> list[str]:
        posts = (asked for asked in self.slack.asked if asked.path.endswith("chat.postMessage"))
        return [orjson.loads(asked.raw)["text"] for asked in posts]

    async def states(self) -> dict[str, tuple[str, Any]]:
        rows = await self.database.read(lambda c: c.execute(letters.select()).mappings().all())
        return {row["key"].removeprefix("key:"): (row["state"], row["error"] or row["message_ts"]) for row in rows}


@pytest.fixture
def post(database: Database, scripted: ScriptedSlack, session: aiohttp.ClientSession, clock: ManualClock) -> Post:
    return Post(database, scripted, SlackWeb(session, scripted.url, "xoxb-1", clock), clock)


async def test_letters_of_a_channel_go_in_order_five_at_once_then_five_in_five_seconds(post: Post) -> None:
    await post.put(*"abcdefg")
    assert await post.send() == pytest.approx(5.0)
    assert post.sent == list("abcde")
    await post.send(4.9)
    assert post.sent == list("abcde")
    await post.send(0.1)
    assert post.sent == list("abcdefg")
    assert await post.outbox.waiting() == 0
    assert set((await post.states()).values()) == {("sent", "1.1")}


async def test_channels_do_not_wait_for_each_other(post: Post) -> None:
    await post.put(*"abcdefg", channel="C1")
    await post.put("x", channel="C2")
    await post.send()
    assert sorted(post.sent) == list("abcdex")


async def test_a_channel_with_hundreds_of_letters_holds_up_nobody(post: Post) -> None:
    await asyncio.gather(*(post.put(f"a{number}", channel="C1") for number in range(600)))
    await post.put("b", channel="C2")
    await post.send()
    assert len(post.sent) == 6
    assert "b" in post.sent


async def test_a_key_is_posted_once_and_travels_with_the_message(post: Post) -> None:
    await post.put("a", "a")
    await post.send()
    await post.put("a")
    await post.send(60)
    assert post.sent == ["a"]
    metadata = orjson.loads(post.slack.asked[0].raw)["metadata"]
    assert metadata == {"event_type": "cutover_letter", "event_payload": {"key": "key:a"}}


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long", "some_new_word"])
async def test_a_letter_refused_for_good_ends_and_the_next_one_goes(post: Post, error: str) -> None:
    post.slack.then(refused(error), ok(ts="2.2"))
    await post.put("a", "b")
    await post.send()
    await post.send(60)
    assert await post.states() == {"a": ("failed", error), "b": ("sent", "2.2")}


@pytest.mark.parametrize("trouble", [limited("30"), refused("internal_error"), refused("service_unavailable")])
async def test_passing_trouble_is_waited_out_in_order(post: Post, trouble: Any) -> None:
    post.slack.then(trouble, ok(ts="2.2"))
    await post.put("a", "b")
    await post.send()
    assert await post.send(1) > 1
    assert post.sent == ["a"]
    await post.send(60)
    await post.send(60)
    assert post.sent == ["a", "a", "b"]


async def test_a_post_without_an_answer_is_looked_for_with_growing_waits_before_it_goes_again(post: Post) -> None:
    post.slack.then(CUT)
    await post.put("a")
    await post.send()
    assert (await post.states())["a"] == ("sending", "no_answer")
    waits = []
    for _ in range(4):
        waits.append(await post.send())
        await post.send(waits[-1])
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]
    assert post.sent == ["a"]
    post.slack.then(ok(messages=[]), ok(ts="2.2"))
    await post.send(60)
    assert post.sent == ["a", "a"]


async def test_it_does_not_try_for_ever(post: Post) -> None:
    post.slack.then(refused("internal_error"))
    await post.put("a")
    for _ in range(40):
        await post.send(10_000)
    assert len(post.slack.asked) == 20
    assert (await post.states())["a"] == ("failed", "internal_error")


async def test_what_waits_is_sent_after_a_restart(post: Post) -> None:
    await post.put("a", "b")
    await post.send()
    again = Outbox(post.database, post.web, post.clock)
    post.clock.advance(1)
    await again.send_due()
    assert post.sent == ["a", "b"]


async def test_the_sender_wakes_for_a_new_letter(post: Post) -> None:
    running = asyncio.create_task(post.outbox.run())
    await until(lambda: post.clock._sleepers)
    await post.put("a")
    await until(lambda: post.sent == ["a"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_delivering_now_keeps_nothing_when_it_is_refused(post: Post) -> None:
    post.slack.then(refused("not_in_channel"), ok(ts="3.3"))
    with pytest.raises(SlackError, match="not_in_channel"):
        await post.outbox.deliver("key:a", "C1", Message("a", ()))
    assert await post.outbox.deliver("key:a", "C1", Message("a", ())) == "3.3"
    assert await post.states() == {}
