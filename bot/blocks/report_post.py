"""The after-run report and two runs side by side, as messages. The one rule: worst first, and what is not told is not
guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.blocks import parts, words
from bot.blocks.html import from_html
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, duration, join, literal, phrase, plain, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Text
from bot.report import LATE, AfterRun, Comparison, Line, Pair, RagMark, StreamSum

T = TypeVar("T")
_SHOWN = 8
_STREAMS = 15
_TOLD = Mrkdwn("Plan and times as Cutover tells them; who did what from its log and the bot's journal.")


def report(told: AfterRun, *, buttons: bool = True) -> Message:
    """The whole report, worst first. `buttons`: to have it as files."""
    book = told.runbook
    title = "After-run report" if book.is_over else "Report so far"
    blocks = [parts.header(f"{title} · {plain(book.name, 110)}"), parts.section(_facts(told))]
    lists = [
        _listed("*Streams*", told.streams, _stream, _STREAMS),
        _listed("⚠️ *Ended late*", told.late, _late),
        _listed("⏭️ *Skipped*", [line for line in told.lines if line.outcome == "skipped"], _task),
        _listed("🚫 *Abandoned*", [line for line in told.lines if line.outcome == "abandoned"], _task),
        _listed("⏳ *Not done*", [line for line in told.lines if line.outcome in ("open", "running")], _task),
        _people(told),
        _listed("*RAG status*", told.rag, partial(_mark, told), 10),
        _comments(told),
    ]
    blocks += [parts.section(one) for one in lists if one is not None]
    blocks.append(parts.context(_TOLD))
    if buttons:
        blocks.append(parts.actions(*_buttons(told)))
    return message(blocks)


def short(told: AfterRun) -> Message:
    """What stands above the files."""
    head = phrase("📄 Report of {name}", name=bold(told.runbook.name, 120))
    return message([parts.section(join("\n", [head, _facts(told)])), parts.context(_TOLD)])


def _buttons(told: AfterRun) -> tuple[parts.Element, ...]:
    value = encode(RunbookValue(r=told.runbook.id, seen=seen_runbook(told.runbook)))
    return (
        parts.button("Post here with files", ActionId.REPORT_HERE, value),
        parts.button("Send me the files", ActionId.REPORT_ME, value),
        parts.button("Pictures", ActionId.RUNBOOK_CHART, value),
    )


def _facts(told: AfterRun) -> Mrkdwn:
    book, now = told.runbook, told.now
    counts = [f"✅ {told.count('done')} done"]
    counts += [
        f"{sign} {told.count(one)} {one}" for sign, one in (("⏭️", "skipped"), ("🚫", "abandoned")) if told.count(one)
    ]
    left = told.count("open") + told.count("running")
    counts += [f"⏳ {left} not done"] if left else []
    counts += [f"⚠️ {len(told.late)} late"] if told.late else []
    return join(
        "\n",
        [
            join(" · ", [bold(words.runbook_word(book)), words.run_type(book.run_type)]),
            join(" · ", [_moment("🕒 Started", book.start_actual, now), _moment("🏁 Ended", book.end_actual, now)]),
            join(" · ", [_took(told), drift(told.behind)]),
            _rto(told),
            Mrkdwn(" · ".join(counts)),
        ],
    )


def _took(told: AfterRun) -> Mrkdwn | None:
    if told.took is None:
        return None
    return Mrkdwn(f"{'Took' if told.runbook.is_over else 'Under way for'} {duration(told.took)}")


def _moment(label: str, at: datetime | None, now: datetime) -> Mrkdwn | None:
    return phrase("{label} {at}", label=Mrkdwn(label), at=when(at, now)) if at is not None else None


def drift(seconds: float | None, than: str = "than planned") -> Mrkdwn | None:
    """`12 min later than planned`; None where it is not known."""
    if seconds is None:
        return None
    if abs(seconds) < LATE:
        return Mrkdwn("on plan" if than == "than planned" else "as long as before")
    return Mrkdwn(f"{duration(abs(seconds))} {'later' if seconds > 0 else 'earlier'} {than}")


def _rto(told: AfterRun) -> Mrkdwn | None:
    if told.runbook.rto is None or told.took is None:
        return None
    left = told.runbook.rto - told.took
    if not told.runbook.is_over and left >= 0:
        verdict = f"{duration(left)} left"
    else:
        verdict = f"🟢 met, {duration(left)} to spare" if left >= 0 else f"🔴 missed by {duration(-left)}"
    return Mrkdwn(f"🎯 RTO {duration(told.runbook.rto)}: {verdict}")


def _stream(one: StreamSum) -> Mrkdwn:
    name = literal(one.stream.name, 50) if one.stream else Mrkdwn("no stream")
    counts = [f"{one.count('done')} of {len(one.lines)} done"]
    counts += [f"{one.count(word)} {word}" for word in ("skipped", "abandoned") if one.count(word)]
    counts += [f"⚠️ {one.late} late"] if one.late else []
    return join(" · ", [name, drift(one.behind), Mrkdwn(", ".join(counts))])


def _late(line: Line) -> Mrkdwn:
    took = f"took {duration(line.took)}" + (f" of {duration(line.planned)} planned" if line.planned is not None else "")
    return join(" · ", [_task(line), drift(line.behind), Mrkdwn(took)])


def _task(line: Line) -> Mrkdwn:
    who = join(", ", [literal(name, 40) for name in (line.by or line.owners)[:2]])
    return join(" · ", [words.task_name(line.task, 70), who])


def _people(told: AfterRun) -> Mrkdwn | None:
    if not told.people:
        return None
    shown = [phrase("{name} {count}", name=literal(name, 40), count=count) for name, count in told.people[:12]]
    return phrase("👥 *Had a hand in tasks*: {names}", names=join(" · ", shown))


def _mark(told: AfterRun, mark: RagMark) -> Mrkdwn:
    names = {one.stream.id: one.stream.name for one in told.streams if one.stream}
    about = names.get(mark.stream_id or "", told.runbook.name if mark.stream_id is None else Text("a stream"))
    line = phrase("{at} {name}: {rag}", at=when(mark.at, told.now), name=literal(about, 50), rag=words.rag(mark.status))
    why = literal(mark.why, 100) if mark.why else None
    return join(" · ", [line, why, literal(mark.by, 40) if mark.by else None])


def _comments(told: AfterRun) -> Mrkdwn | None:
    if not told.comments:
        return None
    last = told.comments[-3:]
    return _listed(f"💬 *{len(told.comments)} comments*, the last", last, lambda one: from_html(one.content, 120))


def _listed(title: str, found: Sequence[T], line: Callable[[T], Mrkdwn], most: int = _SHOWN) -> Mrkdwn | None:
    """Only what is shown is drawn: of two thousand late tasks the lines would take a tenth of a second."""
    if not found:
        return None
    rest = len(found) - most
    more = Mrkdwn(f"+{rest} more") if rest > 0 else None
    return join("\n", [Mrkdwn(title), *_bullets(line(one) for one in found[:most]), more])


def _bullets(lines: Iterable[Mrkdwn]) -> list[Mrkdwn]:
    return [phrase("• {line}", line=line) for line in lines]


def comparison(told: Comparison) -> Message:
    """Two runs of one plan: totals, and the tasks that differ most."""
    earlier, later = told.earlier, told.later
    head = join("\n", [Mrkdwn("⚖️ *Two runs compared*"), _side("Earlier", earlier), _side("Later", later), _total(told)])
    longer = [pair for pair in told.pairs if (pair.longer or 0) >= LATE]
    quicker = [pair for pair in told.pairs if (pair.longer or 0) <= -LATE]
    lists = [
        _listed("🐢 *Took longer*", longer, _pair),
        _listed("🐇 *Were quicker*", quicker, _pair),
        _listed("➕ *Only in the later one*", told.only_later, _task, 5),
        _listed("➖ *Only in the earlier one*", told.only_earlier, _task, 5),
    ]
    blocks = [parts.section(head), *(parts.section(one) for one in lists if one is not None)]
    if not told.pairs:
        blocks.append(parts.section(Mrkdwn("No task of one has the stream and name of a task of the other.")))
    return message([*blocks, parts.context(Mrkdwn("Tasks are the same where stream and name are."))])


def _side(label: str, told: AfterRun) -> Mrkdwn:
    book = told.runbook
    took = Mrkdwn(f"took {duration(told.took)}" if told.took is not None else "not started")
    at = when(book.start_actual, told.now) if book.start_actual else None
    name = phrase("{label}: {name}", label=label, name=literal(book.name, 80))
    return join(" · ", [name, words.run_type(book.run_type), at, took])


def _total(told: Comparison) -> Mrkdwn | None:
    if told.longer is None or not (told.earlier.runbook.is_over and told.later.runbook.is_over):
        return None
    if abs(told.longer) < LATE:
        return Mrkdwn("Both took about as long.")
    return Mrkdwn(f"The later one took {duration(abs(told.longer))} {'longer' if told.longer > 0 else 'less'}.")


def _pair(one: Pair) -> Mrkdwn:
    longer = one.longer or 0
    by = f"{duration(abs(longer))} {'longer' if longer > 0 else 'less'}"
    spent = f"{duration(one.earlier.took)} → {duration(one.later.took)}"
    return join(" · ", [words.task_name(one.later.task, 70), Mrkdwn(by), Mrkdwn(spent)])
