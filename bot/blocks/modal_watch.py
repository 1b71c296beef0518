"""What a linked channel hears: the settings form and its reading. The one rule: a mistake is told beside its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.blocks import forms, parts
from bot.blocks.forms import Errors, State
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import View
from bot.blocks.text import Mrkdwn, bold, phrase
from bot.blocks.values import ViewMeta, encode_meta
from bot.errors import BadInput
from bot.model import Stream, Text
from bot.model.hearing import Hearing, Kind, Picture, Thread

_KINDS: Final = {
    Kind.STREAM_STATUS: ("Stream status", "Green to amber, with the reason and what is behind it"),
    Kind.RUNBOOK: ("Runbook status and stage", "Started, paused, complete; red, amber, green"),
    Kind.STARTABLE: ("Tasks that can start", "One message that names who is assigned"),
    Kind.STARTED: ("Tasks that were started", "By whom"),
    Kind.FINISHED: ("Tasks that were finished or skipped", "By whom"),
    Kind.LATE: ("Tasks that are late", "By how much"),
    Kind.BOARD: ("Live board", "One pinned message per run, kept up to date"),
}
_THREADS: Final = {
    Thread.CHANNEL: "In the channel",
    Thread.RUN: "In one thread per run",
    Thread.STREAM: "In one thread per stream",
}
_PICTURES: Final = {
    Picture.NONE: "None",
    Picture.TIMELINE: "Timeline by stream",
    Picture.BURNUP: "Burn-up of planned against done",
}
_MENTIONS: Final = ("mentions", "Mention people when a task of theirs can start")
_SKIP: Final = ("skip_silent", "Leave one out when nothing has changed")
_REMINDERS: Final = {
    "remind_startable": "Minutes that a task waits to be started",
    "remind_overdue": "Minutes that a task is past its planned end",
    "remind_due": "Minutes before a due date",
    "remind_status": "Minutes without a word on the runbook's status",
}
_MOST_MINUTES: Final = 24 * 60
_MOST_STREAMS: Final = 1_000
_LONGEST_ID: Final = 150
_SHORTEST: Final = 5
_LONGEST_BEFORE: Final = 14 * 24 * 60
"""Minutes before a start."""
_MOST_BEFORE: Final = 6
_QUIET: Final = re.compile(r"(\d{1,2})[:.]?(\d{2})\s*(?:-|to|until)\s*(\d{1,2})[:.]?(\d{2})\Z")


class WatchMeta(ViewMeta):
    """`r`: the runbook the channel was linked to when the form opened."""

    r: str


@dataclass(frozen=True, slots=True)
class WatchForm:
    """The settings as sent. `has_streams`: the form offered streams; else those kept before stay."""

    hearing: Hearing
    has_streams: bool


def watch(name: Text, hearing: Hearing, streams: Sequence[Stream], *, timezone: str, meta: WatchMeta) -> View:
    """The form. `timezone`: the one in force (the link's, else the runbook's); `streams` of the runbook, maybe none."""
    head = phrase("What this channel hears of {name}.", name=bold(name, 150))
    blocks = [parts.section(head), parts.field("Posts", _kinds(hearing), "kinds", optional=True)]
    menu = _streams(hearing, streams)
    if menu is not None:
        hint = "Nothing chosen: all of them. Sub-streams belong to their stream."
        blocks.append(parts.field("Streams", menu, "streams", hint=hint, optional=True))
    threads = [parts.option(label, kind) for kind, label in _THREADS.items()]
    blocks += [
        parts.field("Where task posts go", parts.choices("radio_buttons", threads, [hearing.thread]), "thread"),
        _flag("Mentions", "mentions", _MENTIONS, hearing.mentions),
        _text("Quiet hours", "quiet", _quiet_text(hearing), "22:00-06:00", _QUIET_HINT),
        parts.field("Time zone", _zone_menu(timezone), "timezone", hint="For quiet hours and digests."),
        parts.divider(),
        _text("Digest", "digest", hearing.digest, "every 30m", "For example every 30m, or at 09:00 mon-fri."),
        _flag("Silent digests", "silent", _SKIP, hearing.skip_silent_digests),
        parts.field("Picture after each digest", _pictures(hearing), "picture"),
        parts.divider(),
        _text("Before the planned start", "countdown", _countdown_text(hearing), "24h, 2h, 30m", _COUNTDOWN_HINT),
        parts.divider(),
        parts.section(Mrkdwn("*Reminders* while the run is under way. Each is said once.")),
        *(_minutes(field, getattr(hearing, field)) for field in _REMINDERS),
    ]
    return View(parts.modal("What this channel hears", ViewId.WATCH, blocks, submit="Save", meta=encode_meta(meta)))


_QUIET_HINT: Final = "Then only a red status and the run's start, pause and end are posted."
_COUNTDOWN_HINT: Final = "So long before, what is ready is posted with a countdown, once each. Empty: never."


def _pictures(hearing: Hearing) -> parts.Element:
    options = [parts.option(label, kind) for kind, label in _PICTURES.items()]
    return parts.choices("radio_buttons", options, [hearing.picture])


def _countdown_text(hearing: Hearing) -> str:
    return ", ".join(forms.exact_duration(minutes * 60) for minutes in hearing.countdown)


def _kinds(hearing: Hearing) -> parts.Element:
    options = [parts.option(label, kind, description) for kind, (label, description) in _KINDS.items()]
    return parts.choices("checkboxes", options, hearing.kinds)


def _streams(hearing: Hearing, streams: Sequence[Stream]) -> parts.Element | None:
    if not streams or len(streams) > _MOST_STREAMS:
        return None
    options = [parts.option(one.name, one.id) for one in streams if 0 < len(one.id) <= _LONGEST_ID]
    if not options:
        return None
    return parts.multi_select(options, initial=hearing.streams or (), hint="All streams")


def _zone_menu(timezone: str) -> parts.Element:
    hint = "Type a city, for example London"
    return parts.external_select(ActionId.CHOOSE_ZONE, hint, initial=parts.option(timezone.replace("_", " "), timezone))


def _text(label: str, block_id: str, value: str, example: str, hint: str) -> parts.Block:
    element = parts.text_input(initial=value, longest=200, hint=example)
    return parts.field(label, element, block_id, hint=hint, optional=True)


def _flag(label: str, block_id: str, option: tuple[str, str], chosen: bool) -> parts.Block:
    value, text = option
    box = parts.choices("checkboxes", [parts.option(text, value)], [value] if chosen else [])
    return parts.field(label, box, block_id, optional=True)


def _minutes(field: str, value: int) -> parts.Block:
    element: dict[str, Any] = {
        "type": "number_input",
        "action_id": str(ActionId.INPUT),
        "is_decimal_allowed": False,
        "min_value": "0",
        "max_value": str(_MOST_MINUTES),
        "placeholder": parts.plain_text("no reminder", 140),
    }
    if 0 < value <= _MOST_MINUTES:
        element["initial_value"] = str(value)
    return parts.field(_REMINDERS[field], element, field, optional=True)


def _quiet_text(hearing: Hearing) -> str:
    return f"{hearing.quiet_from}-{hearing.quiet_to}" if hearing.quiet_from and hearing.quiet_to else ""


def read_watch(state: State, *, digest: Callable[[str], str], is_zone: Callable[[str], bool]) -> WatchForm | Errors:
    """The form as sent. `digest` gives a schedule as it is kept, or raises `BadInput`; `is_zone` knows IANA names."""
    errors: Errors = {}
    zone = forms.choice(state, "timezone") or ""
    if not is_zone(zone):
        errors["timezone"] = "Choose a time zone of the list."
    schedule = _schedule(forms.one_line(state, "digest").raw, digest, errors)
    quiet = _quiet(forms.one_line(state, "quiet").raw, errors)
    minutes = {field: _read_minutes(state, field, errors) for field in _REMINDERS}
    before = _countdown(forms.one_line(state, "countdown").raw, errors)
    if errors:
        return errors
    chosen, thread = forms.choices(state, "kinds"), forms.choice(state, "thread")
    picture = forms.choice(state, "picture")
    hearing = Hearing(
        timezone=zone,
        kinds=tuple(kind for kind in Kind if kind in chosen),
        streams=forms.choices(state, "streams") or None,
        thread=Thread(thread) if thread in tuple(Thread) else Thread.CHANNEL,
        mentions=_MENTIONS[0] in forms.choices(state, "mentions"),
        quiet_from=quiet[0],
        quiet_to=quiet[1],
        digest=schedule,
        skip_silent_digests=_SKIP[0] in forms.choices(state, "silent"),
        picture=Picture(picture) if picture in tuple(Picture) else Picture.NONE,
        countdown=before,
        **minutes,
    )
    return WatchForm(hearing, forms.has(state, "streams"))


def _schedule(typed: str, digest: Callable[[str], str], errors: Errors) -> str:
    if typed.casefold() in ("", "off", "none"):
        return ""
    try:
        return digest(typed)
    except BadInput as error:
        errors["digest"] = f"{error.sentence} {error.hint.replace('`', '')}"[:300]
        return ""


def _countdown(typed: str, errors: Errors) -> tuple[int, ...]:
    """Minutes, the most first."""
    if typed.casefold() in ("", "off", "none", "never"):
        return ()
    times = [forms.parse_duration(part) for part in re.split(r"[,;]|\band\b", typed) if part.strip()]
    found = sorted({(seconds or 0) // 60 for seconds in times}, reverse=True)
    if not found or found[-1] < _SHORTEST or found[0] > _LONGEST_BEFORE:
        errors["countdown"] = "Spans of five minutes to two weeks, for example 24h, 2h, 30m."
    elif len(found) > _MOST_BEFORE:
        errors["countdown"] = f"At most {_MOST_BEFORE} of them."
    return tuple(found)


def _quiet(typed: str, errors: Errors) -> tuple[str, str]:
    """(`22:00`, `06:00`), or two empty strings for none."""
    if not typed:
        return "", ""
    found = _QUIET.match(typed.lower().replace("–", "-"))
    numbers = [int(part) for part in found.groups()] if found else []
    if not numbers or max(numbers[0], numbers[2]) > 23 or max(numbers[1], numbers[3]) > 59:
        errors["quiet"] = "Write it as 22:00-06:00, or leave it empty."
        return "", ""
    start, end = f"{numbers[0]:02d}:{numbers[1]:02d}", f"{numbers[2]:02d}:{numbers[3]:02d}"
    if start == end:
        errors["quiet"] = "That is a whole day. To hear nothing, choose no posts, or unlink the channel."
    return start, end


def _read_minutes(state: State, field: str, errors: Errors) -> int:
    typed = str(forms.element(state, field).get("value") or "0").strip()
    if not typed.isascii() or not typed.isdigit() or int(typed[:9]) > _MOST_MINUTES:
        errors[field] = f"A whole number of minutes, at most {_MOST_MINUTES:,}."
        return 0
    return int(typed)
