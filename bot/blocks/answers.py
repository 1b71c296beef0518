"""Answers of arithmetic: why, what it blocks, critical path. The one rule: it says whose arithmetic it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.blocks import parts, words
from bot.blocks.end_moved import end_moved
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.roll_call import roll_call
from bot.blocks.text import Mrkdwn, bold, duration, join, phrase, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Ref, Runbook, RunbookStage, Stream, Task, Text
from bot.plan import Moved

_SHOWN = 8
OURS = Mrkdwn("The bot's own arithmetic over durations, predecessors and fixed times.")


@dataclass(frozen=True, slots=True)
class Timed:
    """A task with when it ends by our arithmetic (Unix seconds) and how much later that could be."""

    task: Task
    end: float
    slack: float = 0.0


@dataclass(frozen=True, slots=True)
class Around:
    """What every answer shows: the runbook, names of owners, and now (aware UTC).

    `present`: who has pressed Start of a task that everybody must start.
    """

    runbook: Runbook
    now: datetime
    names: Mapping[Ref, Text] = field(default_factory=dict)
    present: frozenset[Ref] | None = None


def why(around: Around, task: Task, chain: Sequence[Timed], others: int) -> Message:
    """Why `task` cannot start: `chain` from the task to push on up to its last open predecessor; `others` more wait."""
    head = phrase("{task} · {state}", task=words.task_name(task), state=words.task_state(task))
    lines = [_reason(around, task, chain, others)]
    if chain:
        lines.append(
            phrase("👉 Push on {task}: {who}", task=words.task_name(chain[0].task), who=_who(around, chain[0].task))
        )
    blocks = [parts.section(head), parts.section(join("\n", lines))]
    if len(chain) > 1:
        blocks.append(parts.section(_list(around, "*The chain to it*", chain)))
    return message([*blocks, parts.context(OURS)])


def _reason(around: Around, task: Task, chain: Sequence[Timed], others: int) -> Mrkdwn:
    if task.is_complete:
        return Mrkdwn("It is over, so nothing holds it.")
    if task.is_running:
        return phrase("It runs. {who}", who=_who(around, task))
    if around.runbook.stage == RunbookStage.PAUSED:
        return Mrkdwn("⏸️ The run is paused: nothing starts before it is resumed.")
    if around.runbook.stage != RunbookStage.ACTIVE:
        return Mrkdwn("The run has not begun, or is over.")
    if chain:
        more = Mrkdwn(f" and {others} more" if others else "")
        last = chain[-1]
        return phrase(
            "⛓️ It waits for {task} ({state}){more}, which ends about {at}.",
            task=words.task_name(last.task),
            state=words.task_state(last.task),
            more=more,
            at=ends_at(around, last.end),
        )
    if task.start_fixed is not None and task.start_fixed > around.now:
        return phrase("🕒 It may not start before {at}.", at=when(task.start_fixed, around.now))
    if task.needs_everyone_to_start:
        told = roll_call(task, around.present, around.names)
        return join("\n", [phrase("👥 Everyone assigned has to press Start: {who}", who=_who(around, task)), told])
    return phrase("Nothing holds it: it can start now. {who}", who=_who(around, task))


def blocks_what(
    around: Around, task: Timed, waiting: Sequence[Timed], milestones: Sequence[Timed], lanes: int
) -> Message:
    """What waits for `task`, milestones among it, and how much it may slip."""
    if task.task.is_complete:
        return message(
            [parts.section(phrase("{task} is over: nothing waits for it.", task=words.task_name(task.task)))]
        )
    if not waiting:
        return message([parts.section(phrase("Nothing waits for {task}.", task=words.task_name(task.task)))])
    slip = (
        Mrkdwn("🔴 It is on the critical path: each minute late moves the end of the run.")
        if task.slack < 60
        else phrase("🟢 It may end {slack} later without moving the end of the run.", slack=duration(task.slack))
    )
    head = phrase(
        "{count} tasks in {lanes} streams wait for {task}.",
        count=len(waiting),
        lanes=lanes,
        task=words.task_name(task.task),
    )
    blocks = [parts.section(join("\n", [head, slip]))]
    if milestones:
        blocks.append(parts.section(_list(around, "*Milestones behind it*", milestones)))
    blocks.append(parts.section(_list(around, "*Next behind it*", waiting)))
    return message([*blocks, parts.context(OURS)])


def path(
    around: Around,
    chain: Sequence[Timed],
    end: float,
    slacks: Sequence[tuple[Stream | None, float]],
    moves: Sequence[tuple[Moved, Task | None]] = (),
) -> Message:
    """The critical path with the end it gives, Cutover's forecast beside it, and slack per stream.

    `moves`: by how much the end moved, and the task that each names where it is still in the run.
    """
    head = join("\n", [phrase("🛤️ Critical path of {name}", name=bold(around.runbook.name, 120)), _ends(around, end)])
    blocks = [parts.section(join("\n", [head, *(_moved(around, told, task) for told, task in moves)]))]
    if chain:
        blocks.append(parts.section(_list(around, "*Each minute late on these moves the end*", chain, most=15)))
        if (fixed := chain[0].task.start_fixed) is not None and not chain[0].task.is_running:
            blocks.append(parts.section(phrase("🕒 It hangs on a fixed start at {at}.", at=when(fixed, around.now))))
    else:
        blocks.append(parts.section(Mrkdwn("No open task decides the end.")))
    lines = [
        phrase("• {name}: {slack}", name=stream.name if stream else "no stream", slack=_slack(seconds))
        for stream, seconds in slacks[:15]
    ]
    if lines:
        blocks.append(parts.section(join("\n", [Mrkdwn("*Slack by stream*"), *lines])))
    value = encode(RunbookValue(r=around.runbook.id, seen=seen_runbook(around.runbook)))
    more = parts.button("What if…", ActionId.WHATIF_OPEN, value)
    picture = parts.button("Picture", ActionId.RUNBOOK_CHART, value)
    return message([*blocks, parts.context(OURS), parts.actions(more, picture)])


def _moved(around: Around, told: Moved, task: Task | None) -> Mrkdwn:
    stands = phrase("↪️ The end has not moved since {at}.", at=ends_at(around, told.since))
    return end_moved(told, task, around.now) or stands


def _slack(seconds: float) -> Mrkdwn:
    return Mrkdwn("🔴 none") if seconds < 60 else Mrkdwn(duration(seconds))


def _ends(around: Around, end: float) -> Mrkdwn:
    ours = phrase("🏁 Ends about {at}", at=ends_at(around, end))
    told = around.runbook.end_forecast
    return join(" · ", [ours, phrase("Cutover's forecast: {at}", at=when(told, around.now)) if told else None])


def _list(around: Around, title: str, items: Sequence[Timed], most: int = _SHOWN) -> Mrkdwn:
    lines = [
        phrase(
            "• {task} · {state} · {who} · ends about {at}",
            task=words.task_name(one.task, 80),
            state=words.task_state(one.task),
            who=words.owners(one.task, around.names, 2),
            at=ends_at(around, one.end),
        )
        for one in items[:most]
    ]
    rest = len(items) - len(lines)
    return join("\n", [Mrkdwn(title), *lines, Mrkdwn(f"+{rest} more") if rest > 0 else None])


def _who(around: Around, task: Task) -> Mrkdwn:
    return phrase("👤 {who}", who=words.owners(task, around.names))


def ends_at(around: Around, unix: float) -> Mrkdwn:
    """A moment of our arithmetic."""
    return when(datetime.fromtimestamp(unix, UTC), around.now)
