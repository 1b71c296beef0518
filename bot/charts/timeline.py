"""The run on a time axis, by stream: plan against what happened and what is forecast. The one rule: few tasks have
names, many are packed, and the critical path stands out in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bot.charts import canvas
from bot.charts.canvas import BLUE, GREEN, GREY, INK, ORANGE, RED, SKY, SOFT, days, mark, paper, time_axis
from bot.charts.sheet import Bar, Lane, Sheet

NAMED: Final = 30
"""So many tasks get a row and a name each; more are packed into as few rows as their times allow: Slack shows a tall
picture small."""
_COLOURS: Final = {"done": GREEN, "running": BLUE, "ready": SKY, "waiting": GREY, "skipped": "white"}
_LABELS: Final = {
    "done": "done",
    "running": "running",
    "ready": "can start",
    "waiting": "waiting",
    "skipped": "skipped",
}
_ROW: Final = 0.25
_PACKED: Final = 5.0
"""Inches for all packed rows, within what makes a row readable."""
_READABLE: Final = 0.17
"""Inches from which a packed row has room for letters."""
_FOOT: Final = 1.05
_LETTER: Final = 0.075
"""Inches that a letter inside a bar takes."""
Rect = list[tuple[float, float]]
Row = tuple[Lane, Bar | None, Sequence[Bar]]


def timeline(sheet: Sheet) -> Figure:
    """The picture."""
    named = len(sheet.bars) <= NAMED
    rows = list(_named(sheet.lanes) if named else _packed(sheet.lanes))
    row = _ROW if named else min(max(_PACKED / max(len(rows), 1), 0.1), 0.3)
    note = f"Plan against actual by stream · {canvas.ends(sheet)}"
    left, right = (3.4, 1.9) if named else (2.0, 0.3)
    height = min(0.95 + _FOOT + max(len(rows), 3) * row, 40.0)
    figure, axes = paper(height, sheet.title, note, left, right, _FOOT)
    axes.set_ylim(len(rows) - 0.4, -0.7)
    _lanes(axes, rows, named)
    _bars(axes, rows)
    _marks(axes, sheet)
    begin, end = _span(sheet)
    time_axis(axes, sheet, begin, end)
    if row >= _READABLE and not named:
        _names(axes, rows, (canvas.WIDTH - left - right) / max(end - begin, 1.0))
    _legend(figure, sheet)
    return figure


def _named(lanes: Iterable[Lane]) -> Iterable[Row]:
    for lane in lanes:
        for bar in lane.bars:
            yield lane, bar, (bar,)


def _packed(lanes: Iterable[Lane]) -> Iterable[Row]:
    """First fit: a bar goes into the first row that is free when it begins."""
    for lane in lanes:
        rows: list[list[Bar]] = []
        for bar in sorted(lane.bars, key=lambda one: _from(one)):
            free = next((row for row in rows if _until(row[-1]) <= _from(bar)), None)
            if free is None:
                rows.append([bar])
            else:
                free.append(bar)
        for row in rows:
            yield lane, None, row


def _from(bar: Bar) -> float:
    return bar.start if bar.planned_start is None else min(bar.start, bar.planned_start)


def _until(bar: Bar) -> float:
    return bar.end if bar.planned_end is None else max(bar.end, bar.planned_end)


def _lanes(axes: Axes, rows: Sequence[Row], named: bool) -> None:
    """A band behind every other stream, its name at the left, the tasks' names where there is room for them."""
    first = 0
    ticks: list[tuple[float, str]] = []
    for at, (lane, bar, _) in enumerate(rows):
        if bar is not None:
            ticks.append((at, bar.name if len(bar.name) <= 42 else f"{bar.name[:41]}…"))
        if at + 1 < len(rows) and rows[at + 1][0] is lane:
            continue
        if not named:
            ticks.append(((first + at) / 2, lane.name))
        else:
            axes.text(
                1.005, (first + at) / 2, lane.name, transform=axes.get_yaxis_transform(), fontsize=11, color=INK,
                fontweight="bold", va="center", ha="left", parse_math=False,
            )  # fmt: skip
        axes.axhline(at + 0.5, color=SOFT, linewidth=0.5, zorder=1)
        first = at + 1
    axes.set_yticks([at for at, _ in ticks], [name for _, name in ticks], fontsize=10 if named else 12, color=INK)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)


def _bars(axes: Axes, rows: Sequence[Row]) -> None:
    """Plan as a thin grey line under each bar; all of one kind at once, for five hundred single patches are slow."""
    plan: list[Rect] = []
    groups: dict[tuple[str, bool, bool], list[Rect]] = {}
    points: list[tuple[float, float, Bar]] = []
    for at, (_, _, bars) in enumerate(rows):
        for bar in bars:
            if bar.planned_start is not None and bar.planned_end is not None:
                plan.append(
                    _rect(bar.planned_start, max(bar.planned_end, bar.planned_start + 30), at + 0.30, at + 0.42)
                )
            if bar.milestone or bar.end <= bar.start:
                points.append((days(bar.end), at, bar))
                continue
            groups.setdefault((bar.state, bar.late, bar.critical), []).append(
                _rect(bar.start, bar.end, at - 0.36, at + 0.24)
            )
    axes.add_collection(PolyCollection(plan, facecolors=SOFT, linewidths=0, zorder=2))
    for (state, late, critical), rects in sorted(groups.items(), key=lambda group: group[0][2]):
        axes.add_collection(_collection(rects, state, late, critical))
    for x, y, bar in points:
        edge = ORANGE if bar.critical else RED if bar.late else INK
        axes.plot(x, y - 0.06, "D", ms=7, color=_COLOURS[bar.state], mec=edge, mew=2 if bar.critical else 1, zorder=4)


def _names(axes: Axes, rows: Sequence[Row], inches: float) -> None:
    """As much of each name as its bar has room for; `inches` a second takes."""
    for at, (_, _, bars) in enumerate(rows):
        for bar in bars:
            room = int((bar.end - bar.start) * inches / _LETTER) - 1
            if room < 8 or bar.milestone:
                continue
            name = bar.name if len(bar.name) <= room else f"{bar.name[: room - 1].rstrip()}…"
            colour = "white" if bar.state in ("done", "running") else INK
            x, y = days((bar.start + bar.end) / 2), at - 0.06
            axes.text(x, y, name, fontsize=8, color=colour, va="center", ha="center", zorder=5, parse_math=False)


def _collection(rects: list[Rect], state: str, late: bool, critical: bool) -> PolyCollection:
    edge = ORANGE if critical else RED if late else SOFT if state == "skipped" else _COLOURS[state]
    hatch = "////" if state == "skipped" else "...." if late else None
    return PolyCollection(
        rects,
        facecolors=_COLOURS[state],
        edgecolors=edge,
        linewidths=2.2 if critical else 1.2 if late or state == "skipped" else 0.4,
        hatch=hatch,
        zorder=4 if critical else 3,
    )


def _rect(start: float, end: float, top: float, bottom: float) -> Rect:
    left, right = days(start), days(end)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _span(sheet: Sheet) -> tuple[float, float]:
    bars = sheet.bars
    begin = min([sheet.begin, *map(_from, bars)])
    return begin, max([sheet.end, sheet.planned_end or sheet.end, sheet.now or sheet.end, *map(_until, bars)])


def _marks(axes: Axes, sheet: Sheet) -> None:
    if sheet.now is not None:
        mark(axes, sheet.now, "now", RED, "-", -0.8)
    if sheet.planned_end is not None:
        axes.axvline(days(sheet.planned_end), color=SOFT, linewidth=1.2, linestyle="--", zorder=2)


def _legend(figure: Figure, sheet: Sheet) -> None:
    states = {bar.state for bar in sheet.bars}
    entries: list[Patch | Line2D] = [
        Patch(facecolor=_COLOURS[state], edgecolor=SOFT, label=label, hatch="////" if state == "skipped" else None)
        for state, label in _LABELS.items()
        if state in states
    ]
    if any(bar.late for bar in sheet.bars):
        entries.append(Patch(facecolor="white", edgecolor=RED, hatch="....", label="behind plan"))
    if any(bar.critical for bar in sheet.bars):
        entries.append(Patch(facecolor="white", edgecolor=ORANGE, linewidth=2.2, label="critical path"))
    entries.append(Line2D([], [], color=SOFT, linewidth=3, label="planned"))
    if sheet.planned_end is not None:
        entries.append(Line2D([], [], color=SOFT, linestyle="--", label="planned end"))
    figure.legend(
        handles=entries, loc="lower center", ncols=len(entries), fontsize=10.5, frameon=False, columnspacing=1.2
    )
