"""What the commands print. The one rule: the first line says whether all is well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from bot.archive.crawl import Outcome
    from bot.archive.history import Event, Known, State
    from bot.archive.verify import Report

LONGEST: Final = 100
"""Characters of a value that are shown; `--json` has all of it."""


def outcome(done: Outcome) -> Iterator[str]:
    """A run that came to its end."""
    again = " (taken up again)" if done.resumed else ""
    yield f"Run {done.run_id}{again} is {done.status}: {done.rows} rows in {sum(done.units.values())} lists."
    if done.skipped:
        yield f"{done.skipped} lists had been read before."
    changes = ", ".join(f"{count} {op}" for op, count in sorted(done.changes.items())) or "nothing changed"
    yield f"Log: {changes}. {done.requests} requests."
    if done.missing:
        yield f"Not offered by this Cutover: {', '.join(sorted(done.missing))}."
    odd = {name: count for name, count in done.units.items() if name not in ("ok", "not_offered", "unchanged")}
    if odd:
        counted = ", ".join(f"{count} {name}" for name, count in sorted(odd.items()))
        yield f"Lists not as expected: {counted}. `cutover-bot archive verify` names them."


def verification(found: Report) -> Iterator[str]:
    """All checks."""
    yield "The archive is whole." if not found.problems else f"{len(found.problems)} problems."
    yield from (f"  {problem}" for problem in found.problems)
    if found.run_id is not None:
        where = "" if found.scope == "{}" else f", only {found.scope}"
        yield f"Run {found.run_id} ({found.status}{where}):"
        yield f"  {'kind':<13} {'lists':>7} {'expected':>9} {'read':>9} {'not read':>9}"
    for one in found.kinds:
        expected = "not told" if one.expected is None else str(one.expected)
        yield f"  {one.kind:<13} {one.units:>7} {expected:>9} {one.seen:>9} {one.bad:>9}"
    if found.missing:
        yield f"Not offered by this Cutover: {', '.join(found.missing)}."


def history(known: Known, events: Iterable[Event], json: bool) -> Iterator[str]:
    """One resource, oldest first."""
    if not json:
        below = f" below {known.parent}" if known.parent else ""
        yield f"{known.kind} {known.id}{below}: {known.name}"
    for event in events:
        if json:
            head = {name: value for name, value in asdict(event).items() if name not in ("fields", "payload")}
            head["fields"] = [one._asdict() for one in event.fields]
            yield _json(head)[:-1] + f',"payload":{event.payload or "null"}}}'
            continue
        source = f", Cutover's time {event.source}" if event.source else ""
        why = f" ({event.reason})" if event.reason else ""
        yield f"{event.observed}  {event.op}{why}, run {event.run_id}{source}"
        yield from (f"    {one.name}: {_short(one.old)} -> {_short(one.new)}" for one in event.fields)


def states(found: Iterable[State], json: bool) -> Iterator[str]:
    """Resources as they were."""
    for one in found:
        if json:
            head = {"kind": one.kind, "id": one.id, "parent": one.parent, "seen_at": one.seen_at}
            yield _json(head)[:-1] + f',"payload":{one.payload}}}'
            continue
        told = one.attributes
        name = told.get("name") or " ".join(str(told[part]) for part in ("first_name", "last_name") if part in told)
        marks = " ".join(str(told[part]) for part in ("stage", "status") if told.get(part) not in (None, "off"))
        text = _short(name or told.get("content") or "")
        yield f"{one.kind:<12} {one.id:<10} {marks:<16} {text}".rstrip()


def _short(value: Any) -> str:
    text = "-" if value is None else value if isinstance(value, str) else _json(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def status(found: dict[str, Any]) -> Iterator[str]:
    """What there is."""
    yield f"Copy of {found['source']}, {found['bytes'] / 1e6:.1f} MB, {found['log_rows']} rows in the log."
    if found["newest"]:
        yield f"Newest change seen: {found['newest']}."
    yield "Now in Cutover: " + (", ".join(f"{count} {kind}" for kind, count in found["live"].items()) or "nothing")
    for number, mode, scope, started, finished, state, requests, note in found["runs"]:
        where = "" if scope == "{}" else f" of {scope}"
        why = f": {note}" if note and state == "running" else ""
        shown = "cut off, or under way" if state == "running" else state
        yield f"Run {number} ({mode}{where}) {started} to {finished or '-'}: {shown}, {requests} requests{why}"
    for target, seq, at in found["ships"]:
        yield f"Shipped to {target}: up to row {seq}, {at}"
