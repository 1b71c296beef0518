"""Polls on both databases: votes at the same moment, trouble with the comment, two replicas."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from store_fixtures import Opening

from bot.actions import Wish
from bot.clock import ManualClock
from bot.errors import BadInput, NotAllowed, NotFound, Unavailable
from bot.model.poll import Choice, Poll, Verdict, Voter
from bot.polls import Polls
from bot.store import Database
from bot.store.tables import letters, polls

PEOPLE = tuple(f"U{n}" for n in range(6))


class Comments:
    """Stands for what writes comments; fails with the errors given, first one first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked: list[tuple[str, str]] = []

    async def comment(self, wish: Wish, runbook_id: str, task_id: str, content: str) -> None:
        self.asked.append((wish.once, content))
        if self.errors:
            raise self.errors.pop(0)


def polls_of(database: Database, clock: ManualClock, comments: Any, owner: str = "one") -> Polls:
    return Polls(database, comments, clock, owner, lambda: None)


def poll(clock: ManualClock, *people: str, quorum: int = 1, seconds: float = 600) -> Poll:
    now = clock.unix()
    voters = tuple(Voter(one, one) for one in people)
    return Poll("k", "T1", "C1", "101", "7", "Decide", "Go?", voters, quorum, "U9", "Dana", now, now + seconds)


async def kept(database: Database) -> tuple[Any, Any]:
    return await database.read(lambda c: c.execute(sa.select(polls.c.data, polls.c.due_at)).one())


async def cards(database: Database) -> int:
    wanted = sa.select(sa.func.count()).select_from(letters).where(letters.c.slot == "poll:k")
    return int(await database.read(lambda c: c.execute(wanted).scalar_one()))


async def test_votes_of_the_same_moment_all_count(opening: Opening) -> None:
    clock = ManualClock()
    one, two = [polls_of(await opening(), clock, Comments(), owner) for owner in ("one", "two")]
    await one.open(poll(clock, *PEOPLE, quorum=6))
    replicas = [one, two] * 3
    await asyncio.gather(*(by.vote("k", who, Choice.GO) for by, who in zip(replicas, PEOPLE, strict=True)))
    with pytest.raises(BadInput, match="over"):
        await one.vote("k", PEOPLE[0], Choice.NO_GO)


async def test_a_result_is_noted_and_posted_once_by_two_replicas(opening: Opening) -> None:
    clock, comments = ManualClock(), Comments()
    databases = [await opening(), await opening()]
    both = [polls_of(one, clock, comments, owner) for one, owner in zip(databases, ("one", "two"), strict=True)]
    await both[0].open(poll(clock, "U0"))
    await both[1].vote("k", "U0", Choice.GO)
    await asyncio.gather(*(one.run_due() for one in both))
    assert [once for once, _ in comments.asked] == ["poll:k"]
    data, due_at = await kept(databases[0])
    assert '"verdict":"go"' in data
    assert due_at is None


async def test_trouble_with_cutover_holds_the_result_up_and_not_for_ever(database: Database) -> None:
    clock, comments = ManualClock(), Comments(*(Unavailable("down") for _ in range(50)))
    by = polls_of(database, clock, comments)
    await by.open(poll(clock, "U0"))
    await by.vote("k", "U0", Choice.GO)
    for _ in range(60):
        await by.run_due()
        clock.advance(31)
    assert len(comments.asked) == 21
    assert '"verdict":"go"' in (await kept(database))[0]


async def test_who_may_not_comment_still_has_a_result(database: Database) -> None:
    clock = ManualClock()
    by = polls_of(database, clock, Comments(NotAllowed("no")))
    await by.open(poll(clock, "U0"))
    await by.close("k", "U9")
    await by.run_due()
    assert '"verdict":"undecided"' in (await kept(database))[0]


async def test_the_same_poll_twice_is_one_and_an_old_one_goes(database: Database) -> None:
    clock = ManualClock()
    by = polls_of(database, clock, Comments(NotFound("gone")))
    first = poll(clock, "U0")
    await by.open(first)
    await by.open(first)
    assert await cards(database) == 1
    clock.advance(601)
    for _ in range(2):
        await by.run_due()
        clock.advance(31)
    clock.advance(40 * 86_400)
    later = Poll(
        **{**{name: getattr(first, name) for name in first.__struct_fields__}, "key": "k2", "at": clock.unix()}
    )
    await by.open(later)
    assert await database.read(lambda c: c.execute(sa.select(polls.c.key)).scalars().all()) == ["k2"]


async def test_an_unknown_poll_is_a_sentence(database: Database) -> None:
    with pytest.raises(BadInput, match="not known any more"):
        await polls_of(database, ManualClock(), Comments()).vote("k", "U0", Choice.GO)


@given(st.lists(st.sampled_from([None, *Choice]), min_size=1, max_size=6), st.integers(1, 6))
def test_a_go_takes_the_quorum_and_nobody_against(said: list[Choice | None], quorum: int) -> None:
    votes = {who: choice for who, choice in zip(PEOPLE, said, strict=False) if choice is not None}
    voters = tuple(Voter(who, who) for who in PEOPLE[: len(said)])
    told = Poll("k", "T", "C", "1", "2", "t", "q", voters, quorum, "U9", "D", 0.0, 10.0, votes)
    against, supporters = said.count(Choice.NO_GO), said.count(Choice.GO)
    expected = Verdict.NO_GO if against else Verdict.GO if supporters >= quorum else Verdict.UNDECIDED
    assert told.decide() is expected
    assert told.is_due(5.0) is (None not in said)
    assert told.is_due(10.0)


async def test_a_row_that_cannot_be_read_holds_up_no_other_poll(database: Database) -> None:
    clock, comments = ManualClock(), Comments()
    by = polls_of(database, clock, comments)
    odd = sa.insert(polls).values(key="a", due_at=clock.unix() - 1, data='{"brand":"new"}')
    await database.write(lambda c: c.execute(odd) and None)
    await by.open(poll(clock, "U0"))
    await by.vote("k", "U0", Choice.GO)
    await by.run_due()
    assert [once for once, _ in comments.asked] == ["poll:k"]
    ended = sa.select(polls.c.due_at).where(polls.c.key == "k")
    assert await database.read(lambda c: c.execute(ended).scalar()) is None
