"""The settings of a linked channel in words. The one rule: what is off is not listed, silence is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.blocks.forms import exact_duration
from bot.blocks.text import Mrkdwn, join, literal, phrase
from bot.model import Text
from bot.model.hearing import Hearing, Kind, Picture, Thread

_KINDS: Final = {
    Kind.STREAM_STATUS: "stream status",
    Kind.RUNBOOK: "runbook status and stage",
    Kind.STARTABLE: "tasks that can start",
    Kind.STARTED: "started",
    Kind.FINISHED: "finished",
    Kind.LATE: "late",
    Kind.BOARD: "live board",
}
_PICTURES: Final = {Picture.TIMELINE: ", with the timeline", Picture.BURNUP: ", with the burn-up"}
_THREADS: Final = {Thread.RUN: "task posts in a thread per run", Thread.STREAM: "task posts in a thread per stream"}
_REMINDERS: Final = {
    "remind_startable": "not started for {n} min",
    "remind_overdue": "{n} min past the planned end",
    "remind_due": "{n} min before a due date",
    "remind_status": "status not said for {n} min",
}


def hears(hearing: Hearing, timezone: str, streams: Mapping[str, Text] | None = None) -> list[Mrkdwn]:
    """Lines; `timezone` is the one in force, `streams` the names of those chosen (one without a name is counted)."""
    kinds = ", ".join(_KINDS[kind] for kind in hearing.kinds if kind in _KINDS)
    options = [_THREADS.get(hearing.thread, ""), "" if hearing.mentions else "nobody is mentioned"]
    posts = "; ".join(part for part in (kinds or "nothing", *options) if part)
    reminders = ", ".join(text.format(n=n) for name, text in _REMINDERS.items() if (n := getattr(hearing, name)))
    quiet = f"{hearing.quiet_from}-{hearing.quiet_to}" if hearing.quiet_from and hearing.quiet_to else ""
    return [
        phrase("📣 Posts: {posts}", posts=Mrkdwn(posts)),
        *_streams(hearing, streams or {}),
        *([_digest(hearing, timezone)] if hearing.digest else []),
        *([_countdown(hearing)] if hearing.countdown else []),
        *([Mrkdwn(f"⏰ Reminders: {reminders}")] if reminders else []),
        *([phrase("🌙 Quiet {hours} ({zone})", hours=quiet, zone=timezone)] if quiet else []),
    ]


def _digest(hearing: Hearing, timezone: str) -> Mrkdwn:
    silent = ", left out when nothing has changed" if hearing.skip_silent_digests else ""
    picture = _PICTURES.get(hearing.picture, "")
    more = Mrkdwn(silent + picture)
    return phrase("🗞️ Digest {when} ({zone}){more}", when=hearing.digest, zone=timezone, more=more)


def _countdown(hearing: Hearing) -> Mrkdwn:
    before = ", ".join(exact_duration(minutes * 60) for minutes in hearing.countdown)
    return Mrkdwn(f"🧭 What is ready: {before} before the planned start")


def _streams(hearing: Hearing, names: Mapping[str, Text]) -> list[Mrkdwn]:
    if hearing.streams is None:
        return []
    known = [literal(names[key], 40) for key in hearing.streams if key in names][:8]
    rest = len(hearing.streams) - len(known)
    if not known:
        return [Mrkdwn(f"🎯 Only {rest:,} of its streams")]
    return [phrase("🎯 Only {names}{more}", names=join(", ", known), more=Mrkdwn(f" +{rest:,} more" if rest else ""))]
