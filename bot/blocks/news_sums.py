"""Posts about many changes, and about what cannot be seen. The one rule: counts are exact, and said once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks import parts, words
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, coded, duration, join, literal, phrase, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Runbook, Stream, Text

_STREAMS = 12


@dataclass(frozen=True, slots=True)
class Tally:
    """How many tasks did what. `other`: stages this bot has no word for."""

    startable: int = 0
    started: int = 0
    finished: int = 0
    skipped: int = 0
    waiting: int = 0
    added: int = 0
    removed: int = 0
    edited: int = 0
    late: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, name) for name in self.__slots__)


_WORDS = (
    ("started", "started"),
    ("finished", "finished"),
    ("skipped", "skipped"),
    ("startable", "can start"),
    ("late", "became late"),
    ("waiting", "wait again"),
    ("added", "added"),
    ("removed", "removed"),
    ("edited", "edited"),
    ("other", "moved otherwise"),
)


@dataclass(frozen=True, slots=True)
class Burst:
    """Many changes seen at once: of all tasks, by stream id (None: without), and the streams' status changes."""

    tally: Tally
    streams: Mapping[str | None, Tally] = field(default_factory=dict)
    statuses: Sequence[tuple[Stream | None, Stream]] = ()


def burst(runbook: Runbook, names: Mapping[str, Text], seen: Burst, now: datetime) -> Message:
    """One post instead of many, with exact numbers: in all, then per stream."""
    total = seen.tally.total + len(seen.statuses)
    lines = [Mrkdwn(f"📦 *{total:,} changes at once*"), _counts(seen.tally)]
    blocks = [parts.section(join("\n", lines))]
    if seen.statuses:
        blocks.append(parts.section(join("\n", _statuses(seen.statuses))))
    groups = sorted(seen.streams.items(), key=lambda pair: -pair[1].total)
    if len(groups) > 1:
        shown = [_stream(names, key, tally) for key, tally in groups[:_STREAMS]]
        rest = sum(tally.total for _, tally in groups[_STREAMS:])
        if rest:
            shown.append(Mrkdwn(f"• {len(groups) - _STREAMS} more streams: {rest:,} changes"))
        blocks.append(parts.section(join("\n", shown)))
    foot = join(" · ", [words.run_type(runbook.run_type), literal(runbook.name, 60)])
    blocks.append(parts.context(phrase("{foot} · as of {at}", foot=foot, at=when(now, now))))
    return message([*blocks, parts.actions(_show(runbook))])


def _counts(tally: Tally) -> Mrkdwn:
    return Mrkdwn(" · ".join(f"{count:,} {word}" for name, word in _WORDS if (count := getattr(tally, name))))


def _stream(names: Mapping[str, Text], key: str | None, tally: Tally) -> Mrkdwn:
    name = bold(names[key], 50) if key is not None and key in names else Mrkdwn("Without stream")
    return phrase("• {name}: {counts}", name=name, counts=_counts(tally))


def _statuses(changes: Sequence[tuple[Stream | None, Stream]]) -> list[Mrkdwn]:
    shown = [
        phrase(
            "{sign} {name}: {was} → {now}",
            sign=Mrkdwn(words.rag_word(new.status).split(" ", 1)[0]),
            name=bold(new.name, 50),
            was=literal(old.status if old else "off", 40),
            now=literal(new.status, 40),
        )
        for old, new in changes[:_STREAMS]
    ]
    rest = len(changes) - len(shown)
    return [*shown, Mrkdwn(f"+{rest} more")] if rest > 0 else shown


def stale(name: Text, since: datetime, why: str, now: datetime) -> Message:
    """Cutover cannot be read: said once, with since when. `why` is a sentence of ours."""
    line = phrase("🔌 No news of {name} since {at}.", name=bold(name, 120), at=when(since, now))
    hint = Mrkdwn("The bot keeps trying and says here when it sees the runbook again.")
    return message([parts.section(join("\n", [line, coded(why)])), parts.context(hint)])


def recovered(runbook: Runbook, since: datetime, now: datetime) -> Message:
    """Cutover is read again: what was missed follows in other posts."""
    away = Mrkdwn(duration((now - since).total_seconds()))
    line = phrase("✅ {name} is seen again, after {away}.", name=bold(runbook.name, 120), away=away)
    return message([parts.section(line)])


def root(name: Text, run_type: str | None, *, stream: bool) -> Message:
    """The message that a thread hangs on: of a run, or of one stream of it."""
    template = "🧵 Tasks of the stream {name}" if stream else "🧵 Tasks of {name}"
    return message([parts.section(join(" · ", [phrase(template, name=bold(name, 120)), words.run_type(run_type)]))])


def board_moved(runbook: Runbook) -> Message:
    """In place of the board of the planning, once a run has its own."""
    line = phrase("▶️ {name} has started; its board stands further down.", name=bold(runbook.name, 120))
    return message([parts.section(line), parts.actions(_show(runbook))])


def board_left(runbook: Runbook) -> Message:
    """In place of the board where the runbook is followed no more: an old board must not look like a new one."""
    line = phrase("🔕 This channel does not follow {name} any more.", name=bold(runbook.name, 120))
    return message([parts.section(line), parts.actions(_show(runbook))])


def _show(runbook: Runbook) -> parts.Element:
    value = encode(RunbookValue(r=runbook.id, seen=seen_runbook(runbook)))
    return parts.button("Show runbook", ActionId.RUNBOOK_SHOW, value)
