"""The streams of a live board. The one rule: bars stand in one column, and where not all fit, trouble comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.blocks import words
from bot.blocks.text import Mrkdwn, bold, join, literal, phrase
from bot.model import Rag
from bot.model.progress import Counts
from bot.model.snapshot import Snapshot, StreamState

ALL, FIRST = 20, 12
_BAR = 10
_A_SECTION = 11
_TROUBLE: dict[str, int] = {Rag.RED: 0, Rag.AMBER: 1}


def gauge(counts: Counts, wide: int = _BAR) -> Mrkdwn:
    """`▰▰▰▱▱▱▱▱▱▱`. Full only when all is done, not empty once something is."""
    filled = counts.complete * wide // counts.total if counts.total else 0
    if counts.complete and not filled:
        filled = 1
    return Mrkdwn("▰" * filled + "▱" * (wide - filled))


def lines(snapshot: Snapshot, counts: Mapping[str | None, Counts], *, begun: bool = True) -> list[Mrkdwn]:
    """A line per stream: bar, name, how far, status with its reason, what is late; in parts that fit a section.

    Empty streams without a status are left out, and before the run has begun all without one.
    """
    wanted = _wanted(snapshot, counts, begun)
    ordered = [pair for pair in _tree(snapshot) if pair[1].id in wanted]
    if not ordered:
        return []
    hidden: list[StreamState] = []
    if len(ordered) > ALL:
        by_trouble = sorted(ordered, key=lambda pair: _rank(pair[1], counts.get(pair[1].id, Counts())))
        hidden = [stream for _, stream in by_trouble[FIRST:]]
        ordered = [(0, stream) for _, stream in by_trouble[:FIRST]]
    shown = [_line(depth, stream, counts.get(stream.id, Counts())) for depth, stream in ordered]
    title = "*Streams*" if not hidden else f"*Streams*, what needs a look first ({len(ordered) + len(hidden):,})"
    told = [line for line in (Mrkdwn(title), *shown, _rest(hidden, counts), _elsewhere(counts)) if line]
    return [join("\n", told[i : i + _A_SECTION]) for i in range(0, len(told), _A_SECTION)]


def _wanted(snapshot: Snapshot, counts: Mapping[str | None, Counts], begun: bool) -> set[str]:
    """With the streams that they lie in."""
    wanted: set[str] = set()
    for key, stream in snapshot.streams.items():
        if stream.status == Rag.OFF and not (begun and key in counts):
            continue
        at: str | None = key
        while at in snapshot.streams and at not in wanted:
            wanted.add(at)
            at = snapshot.streams[at].parent_id
    return wanted


def _tree(snapshot: Snapshot) -> Iterator[tuple[int, StreamState]]:
    """In Cutover's order, sub-streams below their stream; (depth, stream)."""
    children: dict[str | None, list[StreamState]] = {}
    for stream in snapshot.streams.values():
        parent = stream.parent_id if stream.parent_id in snapshot.streams else None
        children.setdefault(parent, []).append(stream)
    left, told = [(0, one) for one in reversed(children.get(None, []))], set()
    while left:
        depth, stream = left.pop()
        told.add(stream.id)
        yield depth, stream
        left += [(depth + 1, one) for one in reversed(children.get(stream.id, []))]
    # Two streams that name each other as parent hang on nothing; they are shown all the same.
    yield from ((0, one) for one in snapshot.streams.values() if one.id not in told)


def _rank(stream: StreamState, counts: Counts) -> tuple[int, bool, bool]:
    return _TROUBLE.get(stream.status, 2), not counts.late, not (counts.running or counts.startable)


def _line(depth: int, stream: StreamState, counts: Counts) -> Mrkdwn:
    name = bold(stream.name, 50) if not depth else phrase("↳ {name}", name=literal(stream.name, 50))
    how_far = Mrkdwn(f"{counts.complete:,} of {counts.total:,}" if counts.total else "no tasks")
    first = phrase("{bar}  {name} {how_far}", bar=gauge(counts), name=name, how_far=how_far)
    status = words.rag(stream.status) if stream.status != Rag.OFF else None
    if stream.status_message:
        why = literal(stream.status_message, 80)
        status = phrase("{rag}: {why}", rag=status, why=why) if status else why
    running = Mrkdwn(f"{counts.running:,} running") if counts.running else None
    late = Mrkdwn(f"⚠️ {counts.late:,} late") if counts.late else None
    return join(" · ", [first, status, running, late])


def _rest(hidden: list[StreamState], counts: Mapping[str | None, Counts]) -> Mrkdwn | None:
    if not hidden:
        return None
    sums = sum((counts.get(stream.id, Counts()) for stream in hidden), Counts())
    running = f", {sums.running:,} running" if sums.running else ""
    late = f", ⚠️ {sums.late:,} late" if sums.late else ""
    return Mrkdwn(f"{gauge(sums)}  +{len(hidden):,} more streams {sums.complete:,} of {sums.total:,}{running}{late}")


def _elsewhere(counts: Mapping[str | None, Counts]) -> Mrkdwn | None:
    """Tasks of no stream that is listed, so that the numbers add up."""
    loose = counts.get(None)
    if loose is None or not loose.total:
        return None
    return Mrkdwn(f"{gauge(loose)}  In no stream {loose.complete:,} of {loose.total:,}")
