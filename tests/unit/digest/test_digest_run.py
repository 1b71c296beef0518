"""Digests and reminders over a night: once a slot, whoever runs, whatever is killed or changed in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cluster import Cluster
from digest_night import CHANNEL, TEAM, Night
from digest_world import NOW, at, done, snapshot, task

from bot.digest import run as running
from bot.plan import EndMove
from bot.store import Database, Links
from bot.watch.ends import Ends


async def test_one_digest_a_slot_and_none_in_between(night: Night) -> None:
    await night.hears(digest="every 30m")
    assert await night.posts() == [], "setting it posts nothing"
    await night.passes(29)
    assert await night.posts() == []
    await night.passes(62)
    assert len(await night.posts()) == 3
    assert night.woken == 3


async def test_it_tells_what_changed_since_the_one_before(night: Night) -> None:
    await night.hears(digest="every 30m")
    await night.passes(31)
    new = snapshot()
    new.tasks["405"] = done(5, "Drain the message queues", "6")
    await night.reads(new)
    await night.passes(30)
    first, second = await night.posts()
    assert "Since" not in first
    assert "*Applications* 1 finished" in second
    assert "(+1)" in second


async def test_a_silent_slot_is_left_out_by_choice_only(night: Night) -> None:
    await night.hears(digest="every 30m")
    await night.passes(61)
    assert "Nothing changed since" in (await night.posts())[1]
    await night.hears(digest="every 30m", skip_silent_digests=True)
    await night.passes(60)
    assert len(await night.posts()) == 2
    new = snapshot()
    new.tasks["405"] = done(5, "Drain", "6")
    await night.reads(new)
    await night.passes(30)
    text = (await night.posts())[2]
    assert "1 finished" in text
    assert "Since* <!date^" + str(int((NOW + timedelta(minutes=60)).timestamp())) in text, "since the last one told"


async def test_after_the_end_there_is_one_more_and_then_none(night: Night) -> None:
    await night.hears(digest="every 30m")
    await night.passes(31)
    await night.reads(snapshot(stage="complete", end_actual=at(40)))
    await night.passes(120)
    posts = await night.posts()
    assert len(posts) == 2
    assert "Complete" in posts[1]


async def test_quiet_hours_hold_digests_back_and_the_next_covers_them(night: Night) -> None:
    await night.hears(digest="every 30m", quiet_from="22:45", quiet_to="23:45")
    await night.passes(60)
    assert await night.posts() == []
    await night.passes(31)
    assert len(await night.posts()) == 1


@pytest.mark.parametrize(
    ("begin", "digest", "due"),
    [
        (datetime(2026, 10, 24, 22, 5, tzinfo=UTC), "at 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 3, 28, 22, 5, tzinfo=UTC), "at 02:30", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (datetime(2026, 12, 31, 20, 5, tzinfo=UTC), "at 00:00", datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        (datetime(2028, 2, 28, 20, 5, tzinfo=UTC), "at 00:00 tue", datetime(2028, 2, 28, 23, 0, tzinfo=UTC)),
    ],
    ids=["autumn has it twice", "spring skips it", "new year's eve", "before the 29th of February"],
)
async def test_once_at_the_right_local_time(night: Night, begin: datetime, digest: str, due: datetime) -> None:
    night.clock.advance((begin - night.clock.now()).total_seconds())
    await night.hears(digest=digest, timezone="Europe/Berlin")
    told = []
    for _ in range(8 * 6):
        await night.passes(10, step=10)
        told.append(len(await night.posts()))
    first = begin + timedelta(minutes=10 * (told.index(1) + 1))
    assert timedelta(0) <= first - due < timedelta(minutes=10)
    assert told[-1] == 1


async def test_two_replicas_post_a_slot_once(night: Night) -> None:
    await night.hears(digest="every 30m")
    other = night.replica("two")
    for _ in range(4):
        night.clock.advance(1800)
        await asyncio.gather(night.digests.run_due(), other.run_due())
    assert len(await night.posts()) == 4


async def test_replicas_with_connections_of_their_own_post_a_slot_once(cluster: Cluster) -> None:
    url = await cluster.fresh()
    databases = [Database(url) for _ in range(3)]
    for one in databases:
        await one.open()
    night = Night(databases[0])
    await night.begin()
    await night.hears(digest="every 30m", remind_startable=10)
    replicas = []
    for number, one in enumerate(databases):
        links = Links(one)
        await links.load()
        replicas.append(night.replica(f"replica {number}", one, links))
    for _ in range(6):
        night.clock.advance(1800)
        await asyncio.gather(*(one.run_due() for one in replicas))
    posts = await night.posts()
    assert sum(post.startswith("Digest ·") for post in posts) == 6
    assert len(posts) == 6 + 1, "and one reminder"
    for one in databases:
        await one.close()


async def test_who_lost_the_lease_leaves_nothing_behind(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """One replica stands still in the middle of a digest; the other posts it; the first comes back."""
    await night.hears(digest="every 30m")
    night.clock.advance(1800)
    slow, go_on = night.replica("slow"), asyncio.Event()
    make = slow._make

    async def waiting(*args: object) -> object:
        made = await make(*args)  # type: ignore[arg-type]
        await go_on.wait()
        return made

    monkeypatch.setattr(slow, "_make", waiting)
    stopped = asyncio.create_task(slow.run_due())
    while not await night.leased():
        await asyncio.sleep(0)
    await night.leases_end()
    await night.passes(1)
    go_on.set()
    await stopped
    assert len(await night.posts()) == 1


async def test_hours_away_are_one_digest_not_many(night: Night) -> None:
    await night.hears(digest="every 30m")
    night.clock.advance(5 * 3600)
    await night.digests.run_due()
    await night.digests.run_due()
    assert len(await night.posts()) == 1
    assert (await night.rows())[f"digest:{TEAM}:{CHANNEL}"] == NOW.timestamp() + 5.5 * 3600


async def test_another_schedule_counts_at_once(night: Night) -> None:
    await night.hears(digest="at 09:00")
    await night.hears(digest="every 30m")
    await night.passes(31)
    assert len(await night.posts()) == 1
    await night.hears(digest="at 09:00")
    await night.passes(120)
    assert len(await night.posts()) == 1


async def test_a_change_made_elsewhere_is_followed_within_a_minute(night: Night) -> None:
    """Another replica saved it: this one only finds it in the links."""
    await night.hears(digest="at 09:00")
    await night.links.set_hearing(TEAM, CHANNEL, running.Hearing(timezone="UTC", digest="every 30m"))
    await night.passes(31)
    assert len(await night.posts()) == 1


async def test_off_ends_it_and_unlinking_takes_the_row_away(night: Night) -> None:
    await night.hears(digest="every 30m", remind_due=10)
    await night.hears()
    await night.passes(90)
    assert await night.posts() == []
    await night.links.remove(TEAM, CHANNEL)
    await night.passes(2)
    assert await night.rows() == {}


async def test_now_is_compared_with_the_last_and_moves_no_slot(night: Night) -> None:
    link = night.links.of(TEAM, CHANNEL)
    assert link is not None
    await night.digests.post_now(link, "wish-1")
    await night.digests.post_now(link, "wish-1")
    assert len(await night.posts()) == 1, "the same wish is one letter"
    await night.hears(digest="every 30m")
    await night.passes(31)
    assert "Nothing changed since" in (await night.posts())[1]


async def test_without_a_reading_a_slot_passes_in_silence(night: Night) -> None:
    await night.links.save(night.link("C0DATABASE1", "102"))
    await night.hears("C0DATABASE1", digest="every 30m")
    await night.passes(31)
    assert await night.posts("C0DATABASE1") == []


async def test_a_stale_reading_is_told_as_such(night: Night) -> None:
    await night.hears(digest="every 30m")
    await night.reads(snapshot(), stale_since=NOW.timestamp() - 300)
    await night.passes(31)
    assert "Not up to date" in (await night.posts())[0]


async def test_reminders_are_said_once_and_again_only_for_what_is_new(night: Night) -> None:
    await night.hears(remind_startable=10)
    await night.passes(9)
    assert await night.posts() == []
    await night.passes(40)
    (first,) = await night.posts()
    assert "#6 Promote the standby" in first
    assert "<@U0MEI000003>" in first
    new = snapshot()
    new.tasks["408"] = task(8, "Start application 8", "startable", "6")
    await night.reads(new)
    await night.passes(30)
    posts = await night.posts()
    assert len(posts) == 2
    assert "#8 Start application 8" in posts[1]
    assert "Promote" not in posts[1]


async def test_reminders_wait_for_the_end_of_quiet_hours(night: Night) -> None:
    await night.hears(remind_startable=10, quiet_from="22:31", quiet_to="23:30", mentions=False)
    await night.passes(59)
    assert await night.posts() == []
    await night.passes(3)
    (post,) = await night.posts()
    assert "<@" not in post


async def test_a_restart_does_not_repeat_a_reminder(night: Night) -> None:
    await night.hears(remind_startable=10)
    await night.passes(15)
    night.links = Links(night.database)
    await night.links.load()
    night.digests = night.replica("after")
    await night.passes(30)
    assert len(await night.posts()) == 1


async def test_nothing_is_reminded_of_while_cutover_is_silent(night: Night) -> None:
    await night.hears(remind_startable=10)
    await night.passes(5)
    await night.reads(snapshot(), stale_since=NOW.timestamp())
    await night.passes(30)
    assert await night.posts() == []


async def test_trouble_with_one_channel_holds_up_no_other(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    await night.links.save(night.link("C0DATABASE1"))
    await night.hears("C0DATABASE1", digest="every 30m")
    await night.hears(digest="every 30m")
    work = night.digests._work
    digest = work.digest

    async def broken(link: object, *args: object) -> object:
        if getattr(link, "channel_id", "") == CHANNEL:
            raise RuntimeError("a bug")
        return await digest(link, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "digest", broken)
    await night.passes(31)
    assert len(await night.posts("C0DATABASE1")) == 1
    monkeypatch.undo()
    await night.leases_end()
    await night.passes(2)
    assert len(await night.posts()) == 1, "made up for once it works again"


async def test_it_tells_why_the_end_moved(night: Night) -> None:
    await night.hears(digest="every 30m")
    await night.reads(snapshot(end_forecast=at(300)))
    await night.passes(31)
    new = snapshot(end_forecast=at(320))
    ends = Ends(night.database)
    for minutes, because in ((1, ""), (40, "task")):
        move = EndMove((NOW + timedelta(minutes=minutes)).timestamp(), minutes * 30.0, because, because and "405")
        await ends.add(new.runbook, move)
    await night.reads(new)
    await night.passes(30)
    first, second = await night.posts()
    assert "because" not in first
    assert "*20 min later than before*, because of #5" in second
