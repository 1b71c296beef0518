"""What a linked channel wants to hear. The one rule: quiet unless asked, but a status change is always news."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """Kinds of posts a channel can switch on and off."""

    STREAM_STATUS = "stream_status"
    RUNBOOK = "runbook"
    STARTABLE = "startable"
    STARTED = "started"
    FINISHED = "finished"
    LATE = "late"
    BOARD = "board"


class Thread(StrEnum):
    """Where task posts go: the channel, one thread a run, or one thread a stream."""

    CHANNEL = "channel"
    RUN = "run"
    STREAM = "stream"


class Picture(StrEnum):
    """What is painted with each digest."""

    NONE = "none"
    TIMELINE = "timeline"
    BURNUP = "burnup"


class Hearing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Settings of one link, kept as JSON. Every field has a default, so an older row still reads.

    `timezone` is an IANA name, empty: the runbook's, else UTC. `streams`: ids to listen to, None for all.
    `quiet_from`, `quiet_to`: local `HH:MM`, both empty for none; only RAG red and stages are posted then.
    `digest`: `""` off, `every 30m`, or `at 09:00 mon-fri`. Reminders in minutes, 0 off. `countdown`: so many minutes
    before the planned start the channel hears what is ready, the most first.
    """

    timezone: str = ""
    kinds: tuple[Kind, ...] = (Kind.STREAM_STATUS, Kind.RUNBOOK, Kind.STARTABLE, Kind.LATE, Kind.BOARD)
    streams: tuple[str, ...] | None = None
    thread: Thread = Thread.CHANNEL
    mentions: bool = True
    quiet_from: str = ""
    quiet_to: str = ""
    digest: str = ""
    skip_silent_digests: bool = False
    picture: Picture = Picture.NONE
    countdown: tuple[int, ...] = ()
    remind_startable: int = 0
    remind_overdue: int = 0
    remind_due: int = 0
    remind_status: int = 0


def encode_hearing(hearing: Hearing) -> str:
    """As kept in the database."""
    return msgspec.json.encode(hearing).decode()


def decode_hearing(text: str) -> Hearing:
    """What was kept; the defaults where it cannot be read (an older or newer bot wrote it)."""
    try:
        return msgspec.json.decode(text or "{}", type=Hearing)
    except msgspec.MsgspecError:
        return Hearing()
