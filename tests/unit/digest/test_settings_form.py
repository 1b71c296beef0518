"""The settings form: what is shown is what is read back, and each field refuses what makes no sense."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from digest_surfaces import EVERYTHING, META, lanes
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.modal_watch import WatchForm, read_watch, watch
from bot.digest import schedule
from bot.errors import BadInput
from bot.model import Stream, Text
from bot.model.hearing import Hearing, Kind, Picture, Thread

MINUTES = st.integers(0, 1440)
CLOCKS = st.times().map(lambda one: f"{one:%H:%M}")
QUIET = st.one_of(st.just(("", "")), st.tuples(CLOCKS, CLOCKS).filter(lambda pair: pair[0] != pair[1]))
HEARINGS = st.builds(
    lambda quiet, **rest: Hearing(quiet_from=quiet[0], quiet_to=quiet[1], **rest),
    quiet=QUIET,
    timezone=st.sampled_from(["Europe/London", "Asia/Tokyo", "UTC"]),
    kinds=st.sets(st.sampled_from(list(Kind))).map(lambda chosen: tuple(kind for kind in Kind if kind in chosen)),
    streams=st.sampled_from([None, ("4",), ("41", "5"), ("4", "41", "5", "6")]),
    thread=st.sampled_from(list(Thread)),
    mentions=st.booleans(),
    digest=st.sampled_from(["", "every 30m", "at 09:00, 17:30 mon-fri"]),
    skip_silent_digests=st.booleans(),
    picture=st.sampled_from(list(Picture)),
    countdown=st.sets(st.integers(5, 14 * 24 * 60), max_size=6).map(lambda told: tuple(sorted(told, reverse=True))),
    remind_startable=MINUTES,
    remind_overdue=MINUTES,
    remind_due=MINUTES,
    remind_status=MINUTES,
)
FIELDS = {"initial_value": "value", "initial_option": "selected_option", "initial_options": "selected_options"}


def state(hearing: Hearing, streams: list[Stream] | None = None, **typed: Any) -> dict[str, Any]:
    """What Slack sends when nothing is touched but `typed` (text fields only)."""
    made = watch(Text("A run"), hearing, lanes() if streams is None else streams, timezone="UTC", meta=META)
    if hearing.timezone:
        made = watch(
            Text("A run"), hearing, lanes() if streams is None else streams, timezone=hearing.timezone, meta=META
        )
    values: dict[str, Any] = {}
    for block in made.payload["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            kept = {FIELDS[name]: value for name, value in element.items() if name in FIELDS}
            kept |= {"value": typed[block["block_id"]]} if block["block_id"] in typed else {}
            values[block["block_id"]] = {element["action_id"]: {"type": element["type"], **kept}}
    return {"values": values}


def read(sent: dict[str, Any]) -> WatchForm | dict[str, str]:
    return read_watch(
        sent,
        digest=lambda typed: schedule.text(schedule.parse(typed)),
        is_zone=lambda name: schedule.zone(name).key == name,
    )


@given(HEARINGS)
def test_what_is_shown_is_what_is_read_back(hearing: Hearing) -> None:
    form = read(state(hearing))
    assert isinstance(form, WatchForm)
    assert form.hearing == hearing
    assert form.has_streams


@given(st.text(max_size=40), st.sampled_from(["quiet", "digest", "remind_startable", "remind_due"]))
def test_whatever_is_typed_is_read_or_told_beside_its_field(typed: str, block: str) -> None:
    found = read(state(EVERYTHING, **{block: typed}))
    assert isinstance(found, WatchForm) or found.keys() == {block}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("22:00-06:00", ("22:00", "06:00")), ("2200 to 600", ("22:00", "06:00")), ("9.30–17:00", ("09:30", "17:00"))],
)
def test_quiet_hours_may_be_written_in_more_than_one_way(typed: str, kept: tuple[str, str]) -> None:
    form = read(state(Hearing(timezone="UTC"), quiet=typed))
    assert isinstance(form, WatchForm)
    assert (form.hearing.quiet_from, form.hearing.quiet_to) == kept


@pytest.mark.parametrize("typed", ["1441", "-5", "1.5", "ten", "9" * 30])
def test_minutes_are_whole_and_at_most_a_day(typed: str) -> None:
    assert read(state(EVERYTHING, remind_due=typed)) == {"remind_due": "A whole number of minutes, at most 1,440."}


def test_a_zone_of_nowhere_is_refused() -> None:
    assert read(state(msgspec.structs.replace(EVERYTHING, timezone="Mars/Olympus"))) == {
        "timezone": "Choose a time zone of the list."
    }


def test_without_streams_the_form_says_so_and_asks_for_none() -> None:
    form = read(state(EVERYTHING, streams=[]))
    assert isinstance(form, WatchForm)
    assert not form.has_streams
    many = [Stream(str(n), "101", Text(f"Stream {n}")) for n in range(1_001)]
    assert not read(state(EVERYTHING, streams=many)).has_streams  # type: ignore[union-attr]


def test_a_digest_that_only_quiet_hours_hold_is_refused() -> None:
    night = {"quiet_from": "22:00", "quiet_to": "06:00"}
    with pytest.raises(BadInput, match="quiet hours"):
        schedule.check(Hearing(digest="at 22:00, 05:59", **night))
    schedule.check(Hearing(digest="at 22:00, 06:00", **night))
    schedule.check(Hearing(digest="every 30m", **night))
    schedule.check(Hearing(digest="at 23:00"))


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("24h, 2h, 30m", (1440, 120, 30)),
        ("30m; 1h 30m and 2d", (2880, 90, 30)),
        ("2h, 120 min", (120,)),
        ("off", ()),
        ("", ()),
    ],
)
def test_spans_before_a_start_are_read(typed: str, minutes: tuple[int, ...]) -> None:
    form = read(state(Hearing(timezone="UTC"), countdown=typed))
    assert isinstance(form, WatchForm)
    assert form.hearing.countdown == minutes


@pytest.mark.parametrize("typed", ["soon", "2h, soon", "4m", "15d", "1h 2h", "1h,2h,3h,4h,5h,6h,7h", ","])
def test_spans_that_make_no_sense_are_told_beside_their_field(typed: str) -> None:
    errors = read(state(Hearing(timezone="UTC"), countdown=typed))
    assert isinstance(errors, dict)
    assert errors.keys() == {"countdown"}
