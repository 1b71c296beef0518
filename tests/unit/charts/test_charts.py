"""Pictures of a run: what is on the sheet, what is told in words, and that anything can be painted."""

from __future__ import annotations

import asyncio
import itertools
import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from msgspec.structs import replace

from bot.charts import Bar, Kind, Lane, Sheet, Studio, alt_text, sheet_of
from bot.charts.canvas import clean
from bot.charts.paint import paint
from bot.charts.timeline import NAMED, timeline
from bot.errors import BotError
from bot.model import Completion, Runbook, RunbookStage, Stream, Task, TaskStage, Text
from bot.plan import run_of

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
ZERO = START.timestamp()


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def sheet(**book: object) -> Sheet:
    """Done late, skipped, running, and one that waits; an hour after the start."""
    plan = {"start_planned": at(0), "end_planned": at(20), "duration": 1200}
    tasks = [
        Task("1", "r", Text("Done"), TaskStage.COMPLETE, completion_type=Completion.NORMAL, stream_id="s",
             start_actual=at(0), end_actual=at(30), predecessor_ids=(), **plan),  # type: ignore[arg-type]
        Task("2", "r", Text("Skipped"), TaskStage.COMPLETE, completion_type=Completion.SKIPPED, stream_id="s",
             end_actual=at(40), predecessor_ids=(), **plan),  # type: ignore[arg-type]
        Task("3", "r", Text("Running"), TaskStage.IN_PROGRESS, stream_id="gone", start_actual=at(50),
             predecessor_ids=("1",), duration=1200, end_planned=at(70)),
        Task("4", "r", Text("Waiting"), stream_id="s", predecessor_ids=("3",), duration=600, end_planned=at(80)),
    ]  # fmt: skip
    fields = {
        "stage": RunbookStage.ACTIVE,
        "start_actual": START,
        "end_planned": at(75),
        "timezone": "Europe/Paris",
        **book,
    }
    runbook = Runbook("r", Text("Fail-over"), **fields)  # type: ignore[arg-type]
    return sheet_of(run_of(runbook, tasks, at(60).timestamp(), [Stream("s", "r", Text("Network"))]))


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack("!II", picture[16:24])
    return width, height


def test_the_sheet_holds_what_happened_and_what_is_forecast() -> None:
    told = sheet()
    assert [lane.name for lane in told.lanes] == ["Network", "no stream"]
    bars = {bar.name: bar for bar in told.bars}
    assert {name: (bar.state, bar.late, bar.critical) for name, bar in bars.items()} == {
        "Done": ("done", True, False),
        "Skipped": ("skipped", False, False),
        "Running": ("running", False, True),
        "Waiting": ("waiting", False, True),
    }
    assert bars["Waiting"].end == told.end == at(80).timestamp()
    assert (told.begin, told.planned_end, told.now) == (ZERO, at(75).timestamp(), at(60).timestamp())


def test_a_run_that_is_over_has_no_now() -> None:
    told = sheet(stage=RunbookStage.COMPLETE, end_actual=at(90))
    assert told.now is None
    assert told.end == at(90).timestamp()
    assert "It ended 10:30 CET on 01 Mar, 15 minutes later than planned." in alt_text(told, Kind.TIMELINE)


def test_the_words_tell_what_the_picture_shows() -> None:
    timeline_words, burnup_words = (alt_text(sheet(), kind) for kind in Kind)
    assert "2 of 4 tasks are over, 1 run, 1 are behind their plan." in timeline_words
    assert "It ends about 10:20 CET on 01 Mar, 5 minutes later than planned." in timeline_words
    assert "Critical path: Running, Waiting." in timeline_words
    assert "By now 2 were planned to be over." in burnup_words


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc", "Europe/Paris\x00"])
def test_an_unknown_time_zone_is_utc(zone: str) -> None:
    assert "UTC" in alt_text(sheet(timezone=zone), Kind.TIMELINE)


def bars_of(axes: Axes) -> int:
    return sum(len(one.get_paths()) for one in axes.collections if isinstance(one, PolyCollection))


@pytest.mark.parametrize("count", [1, NAMED, NAMED + 1, 500])
def test_every_task_is_in_the_picture_named_or_packed(count: int) -> None:
    bars = tuple(
        Bar(
            f"Task {n}",
            ZERO + n * 60,
            ZERO + n * 60 + 600,
            ZERO + n * 60,
            ZERO + n * 60 + 500,
            "done",
            n % 3 == 0,
            n % 7 == 0,
        )
        for n in range(count)
    )
    figure = timeline(Sheet("R", "UTC", (Lane("A", bars),), ZERO + 900, ZERO, ZERO + 90_000, None))
    (axes,) = figure.axes
    assert bars_of(axes) == 2 * count  # each has its plan under it
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ([bar.name for bar in bars] if count <= NAMED else ["A"])
    assert figure.get_figheight() < 9.6


def test_packed_bars_of_one_row_do_not_overlap() -> None:
    bars = tuple(Bar(str(n), ZERO + n % 50, ZERO + n % 50 + n % 9 + 1, None, None, "done") for n in range(200))
    figure = timeline(Sheet("R", "UTC", (Lane("A", bars),), None, ZERO, ZERO + 60, None))
    rows: dict[float, list[tuple[float, float]]] = {}
    for collection in figure.axes[0].collections:
        for path in collection.get_paths():
            box = path.get_extents()
            rows.setdefault(box.y0, []).append((box.x0, box.x1))
    assert sum(map(len, rows.values())) == 200
    for spans in rows.values():
        spans.sort()
        assert all(left[1] <= right[0] + 1e-9 for left, right in itertools.pairwise(spans))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80), st.sampled_from(Kind), st.floats(-1e5, 1e5), st.integers(0, 3))
def test_anything_can_be_painted(name: str, kind: Kind, minutes: float, bars: int) -> None:
    lane = Lane(name, (Bar(name, ZERO, ZERO + abs(minutes), None, ZERO + minutes, "waiting", True, True),) * bars)
    picture = paint(Sheet(name, name, (lane,), ZERO, ZERO, ZERO + abs(minutes), ZERO + minutes), kind)
    assert size(picture)[0] == 1560


def test_formulas_and_unknown_letters_are_text() -> None:
    told = Sheet(
        r"$\frac{1}{0}$ 🚀",
        "UTC",
        (Lane("$x$", (Bar("🚀", ZERO, ZERO + 60, None, None, "done"),)),),
        None,
        ZERO,
        ZERO,
        None,
    )
    assert clean(told).title == r"$\frac{1}{0}$"
    assert clean(told).bars[0].name == "(name not drawable)"
    assert clean(replace(told, title="Core\u00a0switch,\tport\ufeff 1\u200b")).title == "Core switch, port 1"
    assert size(paint(told, Kind.TIMELINE))[0] == 1560


async def test_the_studio_paints_again_after_its_painter_was_killed() -> None:
    studio = Studio()
    try:
        first = await studio.paint(sheet(), Kind.BURNUP)
        assert size(first)[0] == 1560
        painter = studio.painter
        assert painter is not None
        painter.kill()
        await painter.wait()
        assert await studio.paint(sheet(), Kind.BURNUP) == first
        assert studio.painter is not painter
    finally:
        await studio.close()
    assert studio.painter is None


async def test_a_painter_that_takes_too_long_is_replaced_and_said() -> None:
    studio = Studio(deadline=0.001)
    with pytest.raises(BotError, match="could not be painted"):
        await studio.paint(sheet(), Kind.BURNUP)
    assert studio.painter is None


async def test_a_sheet_that_cannot_be_painted_is_a_sentence() -> None:
    studio = Studio()
    broken = Sheet("R", "UTC", (), float("nan"), float("nan"), float("nan"), None)
    try:
        with pytest.raises(BotError, match="could not be painted"):
            await studio.paint(broken, Kind.TIMELINE)
    finally:
        await studio.close()


async def test_who_goes_away_while_it_is_painted_takes_no_picture_of_the_next() -> None:
    studio = Studio()
    waiting = asyncio.create_task(studio.paint(sheet(), Kind.BURNUP))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert studio.painter is None
