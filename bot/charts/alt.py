"""What a picture shows, in words. The one rule: who cannot see the picture is told the same."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.charts.sheet import Kind, Sheet

LONGEST: Final = 900
"""Slack takes 1,000 characters."""


def zone_of(sheet: Sheet) -> ZoneInfo:
    """The run's time zone, UTC where its name is not known here."""
    try:
        return ZoneInfo(sheet.zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def alt_text(sheet: Sheet, kind: Kind) -> str:
    """Counts, end against plan, and what the picture is there for: the critical path, or the pace."""
    bars = sheet.bars
    done = sum(bar.state in ("done", "skipped") for bar in bars)
    running, late = sum(bar.state == "running" for bar in bars), sum(bar.late for bar in bars)
    told = [
        f"{'Timeline by stream' if kind is Kind.TIMELINE else 'Burn-up'} of {sheet.title}.",
        f"{done} of {len(bars)} tasks are over, {running} run, {late} are behind their plan.",
        _end(sheet),
    ]
    if kind is Kind.TIMELINE:
        path = [bar.name for bar in sorted(bars, key=lambda bar: bar.start) if bar.critical]
        told += [f"Critical path: {', '.join(path)}."] if path else []
    elif sheet.now is not None:
        now = sheet.now
        due = sum(bar.planned_end is not None and bar.planned_end <= now for bar in bars)
        told.append(f"By now {due} were planned to be over.")
    text = " ".join(one for one in told if one)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _end(sheet: Sheet) -> str:
    at = datetime.fromtimestamp(sheet.end, zone_of(sheet))
    verb = "It ended" if sheet.now is None else "It ends about"
    than = ""
    if sheet.planned_end is not None and abs(sheet.end - sheet.planned_end) >= 60:
        minutes = round(abs(sheet.end - sheet.planned_end) / 60)
        than = f", {minutes} minutes {'later' if sheet.end > sheet.planned_end else 'earlier'} than planned"
    return f"{verb} {at:%H:%M %Z on %d %b}{than}."
