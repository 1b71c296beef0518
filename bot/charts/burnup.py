"""Tasks over against the clock: planned, done, forecast. The one rule: all three lines count the same tasks."""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.charts import canvas
from bot.charts.canvas import BLUE, GREEN, RED, SOFT, days, mark, paper, time_axis
from bot.charts.sheet import Sheet

Curve = tuple[list[float], list[int]]


def burnup(sheet: Sheet) -> Figure:
    """The picture."""
    bars = sheet.bars
    over = [bar for bar in bars if bar.state in ("done", "skipped")]
    left = [bar for bar in bars if bar.state not in ("done", "skipped")]
    now = sheet.end if sheet.now is None else sheet.now
    figure, axes = paper(
        5.6, sheet.title, f"{len(over)} of {len(bars)} tasks are over · {canvas.ends(sheet)}", foot=0.65
    )
    planned = _curve((bar.planned_end for bar in bars if bar.planned_end is not None), sheet.begin, 0)
    done = _curve((min(bar.end, now) for bar in over), sheet.begin, 0, until=now)
    forecast = _curve((max(bar.end, now) for bar in left), now, len(over))
    axes.step(*_dated(planned), where="post", color=SOFT, linewidth=2, linestyle="--", label="planned")
    axes.step(*_dated(done), where="post", color=GREEN, linewidth=3.2, label="over")
    axes.fill_between(*_dated(done), step="post", color=GREEN, alpha=0.12)
    if left:
        axes.step(*_dated(forecast), where="post", color=BLUE, linewidth=2.4, linestyle=":", label="forecast")
    axes.axhline(len(bars), color=SOFT, linewidth=0.8)
    axes.set_ylim(0, max(len(bars), 1) * 1.08)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.set_ylabel("tasks", fontsize=11, color=SOFT)
    if sheet.now is not None:
        mark(axes, sheet.now, "now", RED, "-", max(len(bars), 1) * 1.08)
    last = max([now, sheet.end, *planned[0], *forecast[0]])
    time_axis(axes, sheet, sheet.begin, last)
    axes.legend(loc="upper left", fontsize=11.5, frameon=False)
    return figure


def _curve(times: Iterable[float], begin: float, count: int, until: float | None = None) -> Curve:
    """How many are over at each moment, from `begin` with `count`; level up to `until`."""
    xs, ys = [begin], [count]
    for at in sorted(times):
        count += 1
        xs.append(max(at, begin))
        ys.append(count)
    if until is not None and until > xs[-1]:
        xs.append(until)
        ys.append(count)
    return xs, ys


def _dated(curve: Curve) -> tuple[list[float], list[int]]:
    return [days(at) for at in curve[0]], curve[1]
