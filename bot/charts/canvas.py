"""What all pictures share: paper, time axis, letters, colours. The one rule: a name is drawn, never interpreted."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from msgspec.structs import replace

from bot.charts.alt import zone_of
from bot.charts.sheet import Sheet

WIDTH: Final = 12.0
"""Inches; at 130 dots each a picture is as wide as Slack shows at its largest."""
INK, SOFT, FAINT = "#1d1c1d", "#616061", "#e8e8e8"
GREEN, BLUE, SKY, ORANGE, RED, GREY = "#009E73", "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#BBBBBB"
DAY: Final = 86_400.0


def paper(
    height: float, title: str, note: str, left: float = 0.8, right: float = 0.3, foot: float = 1.05
) -> tuple[Figure, Axes]:
    """A white sheet of `height` inches with a title and a line under it; all margins in inches.

    The margins are ours: matplotlib's own layouts draw everything twice to find them.
    """
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    axes = figure.add_subplot()
    figure.subplots_adjust(left / WIDTH, foot / height, 1 - right / WIDTH, 1 - 0.95 / height)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(SOFT)
    axes.tick_params(colors=SOFT, labelsize=11, length=0)
    figure.text(0.15 / WIDTH, 1 - 0.32 / height, title, fontsize=15, fontweight="bold", color=INK, parse_math=False)
    figure.text(0.15 / WIDTH, 1 - 0.58 / height, note, fontsize=11.5, color=SOFT, parse_math=False)
    return figure, axes


def days(unix: float) -> float:
    """Matplotlib counts days since 1970."""
    return unix / DAY


def time_axis(axes: Axes, sheet: Sheet, begin: float, end: float) -> None:
    """Clock times of the run's own zone, with a little room at both sides."""
    room = max(end - begin, 600.0) * 0.02
    axes.set_xlim(days(begin - room), days(end + room))
    zone = zone_of(sheet)
    locator = AutoDateLocator(tz=zone, minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call]
    axes.grid(axis="x", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"Time zone {zone.key}", fontsize=10, color=SOFT)


def clock(sheet: Sheet, unix: float) -> str:
    """`14:05`, with the day where the run goes over midnight."""
    zone = zone_of(sheet)
    at = datetime.fromtimestamp(unix, UTC).astimezone(zone)
    same = datetime.fromtimestamp(sheet.begin, UTC).astimezone(zone).date() == at.date()
    return f"{at:%H:%M}" if same else f"{at:%d %b %H:%M}"


def mark(axes: Axes, unix: float, label: str, colour: str, style: str, top: float) -> None:
    """A line across with its word on top."""
    axes.axvline(days(unix), color=colour, linewidth=1.6, linestyle=style, zorder=5)
    axes.text(
        days(unix), top, f" {label}", color=colour, fontsize=11, fontweight="bold", va="bottom", ha="left",
        zorder=6, clip_on=False, parse_math=False,
    )  # fmt: skip


def ends(sheet: Sheet) -> str:
    """`Ends about 15:30, 12 min later than planned`."""
    verb = "Ended" if sheet.now is None else "Ends about"
    told = f"{verb} {clock(sheet, sheet.end)}"
    if sheet.planned_end is None:
        return told
    over = sheet.end - sheet.planned_end
    minutes = math.floor(abs(over) / 60)
    if not minutes:
        return f"{told}, on plan"
    return f"{told}, {minutes} min {'later' if over > 0 else 'earlier'} than planned"


def drawable() -> frozenset[int]:
    """The letters of our font, by code point; not its marks that nobody sees: on U+FEFF matplotlib's PDF fails."""
    known = FT2Font(font_manager.findfont("DejaVu Sans")).get_charmap()
    return frozenset(code for code in known if chr(code).isprintable())


def legible(text: str, letters: frozenset[int]) -> list[str]:
    """The words of it, in those letters."""
    return "".join(one for one in text if one.isspace() or ord(one) in letters).split()


def clean(sheet: Sheet) -> Sheet:
    """Without letters that the font has not: boxes say nothing."""
    letters = drawable()

    def known(text: str) -> str:
        return " ".join(legible(text, letters)) or "(name not drawable)"

    lanes = tuple(
        replace(lane, name=known(lane.name), bars=tuple(replace(bar, name=known(bar.name)) for bar in lane.bars))
        for lane in sheet.lanes
    )
    return replace(sheet, title=known(sheet.title), lanes=lanes)
