"""When a digest is due: what people may type, and slots across clock changes, midnight and month end."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.digest.schedule import At, Every, Spec, next_slot, parse, sentence, text, zone
from bot.errors import BadInput

ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/London",
        "Europe/Berlin",
        "America/New_York",
        "America/Havana",  # midnight happens twice in autumn and is skipped in spring
        "America/Sao_Paulo",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",  # the clock changes by half an hour
        "Africa/Casablanca",
        "Pacific/Apia",  # 30 December 2011 never was
        "Pacific/Kiritimati",
    )
]
BERLIN, LONDON = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London")
MOMENTS = st.integers(1_293_840_000_000, 1_893_456_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))
TIMES = st.lists(st.times().map(lambda one: one.replace(second=0, microsecond=0)), min_size=1, max_size=4, unique=True)
DAYS = st.frozensets(st.integers(0, 6), min_size=1)
ATS = st.builds(lambda times, days: At(tuple(sorted(times)), days), TIMES, DAYS)
EVERYS = st.integers(5, 24 * 60).map(lambda minutes: Every(minutes * 60))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def slots(spec: Spec, where: ZoneInfo, after: datetime, count: int) -> list[datetime]:
    found: list[datetime] = []
    for _ in range(count):
        after = next_slot(spec, where, after)
        found.append(after)
    return found


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("every 30m", "every 30m"),
        ("  Every   30 Minutes ", "every 30m"),
        ("every hour", "every 1h"),
        ("every 1h 30m", "every 1h 30m"),
        ("at 9", "at 09:00"),
        ("at 0900", "at 09:00"),
        ("at 9am and 5:30 pm weekdays", "at 09:00, 17:30 mon-fri"),
        ("at 17.30, 09:00 mon-fri", "at 09:00, 17:30 mon-fri"),
        ("at 12am", "at 00:00"),
        ("at noon", "at 12:00"),
        ("at 22:00 fri-mon", "at 22:00 mon,fri-sun"),
        ("at 9 on Tuesdays, thu", "at 09:00 tue,thu"),
        ("at 09:00 mon – wed", "at 09:00 mon-wed"),
        ("at 09:00 daily", "at 09:00"),
        ("every day at 9", "at 09:00"),
        ("every weekday at 8:15", "at 08:15 mon-fri"),
    ],
)
def test_what_is_typed_is_understood(typed: str, kept: str) -> None:
    assert text(parse(typed)) == kept


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "When?"),
        ("sometimes", "not a time for digests"),
        ("every", "Every what?"),
        ("every 3 potatoes", "“3 potatoes” is not a span of time"),
        ("every 0m", "not a span of time"),
        ("every 4m", "too often"),
        ("every 30s", "too often"),
        ("every day", "longer than a day"),
        ("every 25h", "longer than a day"),
        ("at", "At what time?"),
        ("at mon-fri", "At what time?"),
        ("at 25:00", "“25:00” is not a time of day"),
        ("at 9:75", "not a time of day"),
        ("at 13pm", "not a time of day"),
        ("at 0am", "not a time of day"),
        ("at 09:00 mon-foo", "“mon-foo” is neither a time nor a day"),
        ("at 09:00 t", "neither a time nor a day"),
        ("at 09:00 mon 10:00", "neither a time nor a day"),
        ("at " + " ".join(f"{n}:00" for n in range(13)), "At most 12"),
    ],
)
def test_what_is_not_understood_is_named(typed: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(typed)
    assert told in caught.value.sentence
    assert caught.value.hint


@given(st.one_of(ATS, EVERYS))
def test_what_is_kept_reads_back_the_same(spec: Spec) -> None:
    assert parse(text(spec)) == spec


@given(st.text(max_size=60), st.sampled_from(["", "at ", "every "]))
def test_whatever_is_typed_is_understood_or_told(typed: str, verb: str) -> None:
    try:
        spec = parse(verb + typed)
    except BadInput:
        return
    assert parse(text(spec)) == spec


def test_people_read_it_with_its_zone() -> None:
    assert sentence(parse("every 90m"), BERLIN) == "every 1 h 30 min"
    assert sentence(parse("at 9 17:30 mon-fri"), BERLIN) == "at 09:00 and 17:30, Monday to Friday (Europe/Berlin)"
    assert sentence(parse("at 9"), LONDON) == "at 09:00 every day (Europe/London)"


@given(st.one_of(ATS, EVERYS), st.sampled_from(ZONES), MOMENTS)
@example(At((time(2, 30),)), BERLIN, utc(2026, 10, 25, 1, 10))
@example(At((time(0, 0),)), ZoneInfo("America/Havana"), utc(2026, 11, 1, 4, 30))
@example(Every(3600), ZoneInfo("Pacific/Apia"), utc(2011, 12, 30, 9, 59, 59))
def test_the_next_slot_is_later_and_nothing_lies_between(spec: Spec, where: ZoneInfo, after: datetime) -> None:
    slot = next_slot(spec, where, after)
    assert slot > after
    assert slot.utcoffset() == timedelta(0)
    assert slot.microsecond == 0
    before = after + (slot - after) / 2
    assert next_slot(spec, where, before) == slot, "asked half way, the answer is the same"
    assert next_slot(spec, where, slot - timedelta(microseconds=1)) == slot


@given(ATS, st.sampled_from(ZONES), MOMENTS)
def test_a_time_of_day_is_once_a_day_and_right_unless_the_clock_skips_it(
    spec: At, where: ZoneInfo, after: datetime
) -> None:
    spec = At(spec.times[:1], spec.days)
    seen: list[date] = []
    for slot in slots(spec, where, after, 12):
        local = slot.astimezone(where)
        if local.time() == spec.times[0]:
            assert local.weekday() in spec.days
        else:
            moment_before = (slot - timedelta(seconds=1)).astimezone(where)
            assert moment_before.utcoffset() != local.utcoffset(), "only the end of a gap may stand in for a time"
        seen.append(local.date())
    assert len(seen) == len(set(seen)), "twice on one day"


@given(EVERYS, st.sampled_from(ZONES), MOMENTS)
def test_gaps_are_equal_but_for_the_last_before_midnight(spec: Every, where: ZoneInfo, after: datetime) -> None:
    found = slots(spec, where, after, 30)
    for first, second in pairwise(found):
        gap = (second - first).total_seconds()
        assert 0 < gap <= spec.seconds
        if gap < spec.seconds:
            assert first.astimezone(where).date() < second.astimezone(where).date()


def test_half_hours_go_on_through_both_clock_changes() -> None:
    for night in (utc(2026, 3, 28, 23), utc(2026, 10, 24, 22)):
        found = slots(Every(1800), BERLIN, night, 12)
        assert {second - first for first, second in pairwise(found)} == {timedelta(minutes=30)}


def test_a_time_that_spring_skips_is_due_when_the_gap_ends() -> None:
    found = slots(At((time(2, 30),)), BERLIN, utc(2026, 3, 28, 12), 2)
    assert found == [utc(2026, 3, 29, 1, 0), utc(2026, 3, 30, 0, 30)]


def test_a_time_that_autumn_has_twice_is_due_once() -> None:
    found = slots(At((time(2, 30),)), BERLIN, utc(2026, 10, 24, 12), 2)
    assert found == [utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)]


def test_midnight_and_month_end_are_nothing_special() -> None:
    assert slots(At((time(0, 0),)), LONDON, utc(2028, 2, 28, 12), 3) == [
        utc(2028, 2, 29),
        utc(2028, 3, 1),
        utc(2028, 3, 2),
    ]
    assert next_slot(At((time(9, 0),), frozenset({0})), LONDON, utc(2026, 12, 31, 12)) == utc(2027, 1, 4, 9)
    assert slots(Every(45 * 60), LONDON, utc(2026, 12, 31, 22, 30), 2) == [utc(2026, 12, 31, 23, 15), utc(2027, 1, 1)]


def test_the_first_zone_that_exists_is_taken() -> None:
    assert zone("", None, "Nowhere/Atall", "../../etc/passwd", "Europe/Berlin").key == "Europe/Berlin"
    assert zone("Mars").key == "UTC"
    assert zone("/etc/passwd", "\x00").key == "UTC"
