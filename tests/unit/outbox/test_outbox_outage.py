"""After half an hour without Slack: what is so now first, then one line that counts what was; and what is forgotten."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from outbox_tools import Desk, Mail, refusal

from bot.outbox.retention import prune
from bot.store.tables import letters, posts


def down(desk: Desk, times: int = 1_000) -> None:
    for method in ("chat.postMessage", "chat.update"):
        desk.fail(method, *[refusal("unreachable")] * times)


def back(desk: Desk) -> None:
    desk.troubles.clear()


def counted(text: str) -> int:
    found = re.search(r"(\d+) posts from", text)
    assert found is not None, text
    return int(found[1])


async def outage(mail: Mail, desk: Desk, minutes: int) -> None:
    """Two posts a minute, a board that stands, and one that is new, while Slack is away."""
    await mail.put("board 0", slot="board", pin=True)
    await mail.drain()
    down(desk)
    for minute in range(minutes):
        await mail.put(f"news {minute}a", f"news {minute}b")
        await mail.put(f"board {minute + 1}", slot="board", pin=True)
        await mail.put(f"new board {minute}", slot="board of the next run", pin=True)
        await mail.send(60)


async def test_half_an_hour_becomes_the_newest_state_and_one_line(mail: Mail, desk: Desk) -> None:
    await outage(mail, desk, 40)
    back(desk)
    await mail.drain(300)
    board, line, *fresh = desk.texts()
    news = [text for text in fresh if text.startswith("news")]
    assert board == "board 40"
    assert counted(line) + len(news) == 80
    assert 0 < len(news) <= 10, "the last five minutes are still news"
    assert news == [f"news {minute}{half}" for minute in range(40) for half in "ab"][-len(news) :]
    assert [text for text in fresh if text not in news] == ["new board 39"]


async def test_the_newest_state_comes_first(mail: Mail, desk: Desk) -> None:
    await outage(mail, desk, 40)
    back(desk)
    await mail.drain(300)
    calls = [(method, given["text"]) for method, given in desk.calls if method in ("chat.update", "chat.postMessage")]
    assert calls.index(("chat.update", "board 40")) < calls.index(("chat.postMessage", desk.texts()[1]))


async def test_a_line_that_could_not_be_sent_either_is_counted_with_what_it_counts(mail: Mail, desk: Desk) -> None:
    await outage(mail, desk, 100)
    back(desk)
    await mail.drain(300)
    lines = [text for text in desk.texts() if "posts from" in text]
    news = [text for text in desk.texts() if text.startswith("news")]
    assert len(lines) == 1
    assert counted(lines[0]) + len(news) == 200


async def test_twenty_minutes_are_told_in_full(mail: Mail, desk: Desk) -> None:
    await outage(mail, desk, 20)
    back(desk)
    await mail.drain(600)
    news = [text for text in desk.texts() if text.startswith("news")]
    assert news == [f"news {minute}{half}" for minute in range(20) for half in "ab"]


async def test_a_handful_is_told_in_full_however_late(mail: Mail, desk: Desk) -> None:
    down(desk)
    await mail.put("a", "b", "c")
    await mail.send()
    await mail.send(7200)
    back(desk)
    await mail.drain(300)
    assert desk.texts() == ["a", "b", "c"]


async def test_what_may_stand_there_already_is_looked_for_and_not_counted(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("internal_error"), taken=True)
    await mail.put("first")
    await mail.send()
    desk.fail("conversations.history", *[refusal("unreachable")] * 50)
    await mail.put(*(f"news {number}" for number in range(20)))
    for _ in range(40):
        await mail.send(60)
    back(desk)
    await mail.drain(300)
    first, line = desk.texts()
    assert first == "first"
    assert counted(line) == 20


async def test_one_channel_that_was_held_says_so_and_the_others_do_not(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", refusal("ratelimited", 2400), channel="C1")
    for channel in ("C1", "C2"):
        await mail.put(*(f"{channel} {number}" for number in range(8)), channel=channel)
    await mail.send()
    await mail.send(2400)
    await mail.drain()
    assert len(desk.texts("C1")) == 1
    assert len(desk.texts("C2")) == 8


@pytest.mark.parametrize(("days", "kept"), [(6.9, True), (7.1, False)])
async def test_sent_letters_are_forgotten_after_a_week(mail: Mail, desk: Desk, days: float, kept: bool) -> None:
    await mail.put("a", slot="board")
    await mail.drain()
    mail.clock.advance(days * 86_400)
    await mail.put("waits")
    await mail.database.write(lambda c: prune(c, mail.clock.unix()))
    assert await mail.states() == ({"a": "sent", "waits": "waiting"} if kept else {"waits": "waiting"})
    assert await mail.database.read(lambda c: c.execute(sa.select(posts.c.slot)).scalars().all()) == ["board"]


async def test_a_paused_channel_is_given_up_after_a_day(mail: Mail, desk: Desk) -> None:
    desk.fail("chat.postMessage", *[refusal("is_archived")] * 30, channel="C1")
    await mail.put("old")
    await mail.put("waits", channel="C2")
    await mail.send()
    mail.clock.advance(90_000)
    await mail.put("young")
    await mail.database.write(lambda c: prune(c, mail.clock.unix()))
    rows = await mail.database.read(lambda c: c.execute(sa.select(letters.c.key, letters.c.error)).all())
    assert await mail.states() == {"old": "failed", "waits": "sent", "young": "waiting"}
    assert dict(tuple(row) for row in rows)["old"] == "paused"
