"""Quiet hours of a channel. The one rule: local wall-clock time decides, over midnight and clock changes too."""

from __future__ import annotations

from datetime import UTC, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from bot.model.hearing import Hearing


def is_quiet(hearing: Hearing, runbook_timezone: str | None, now: datetime) -> bool:
    """Whether `now` (aware) lies in the quiet hours; their end belongs to the day again."""
    begin, end = _clock(hearing.quiet_from), _clock(hearing.quiet_to)
    if begin is None or end is None or begin == end:
        return False
    here = now.astimezone(zone(hearing, runbook_timezone)).time()
    return begin <= here < end if begin < end else here >= begin or here < end


def zone(hearing: Hearing, runbook_timezone: str | None) -> tzinfo:
    """The channel's time zone, else the runbook's, else UTC; a name nobody knows counts as none."""
    for name in (hearing.timezone, runbook_timezone):
        if name:
            try:
                return ZoneInfo(name)
            except (ValueError, OSError, KeyError):
                continue
    return UTC


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None
