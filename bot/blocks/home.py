"""The App Home: my tasks, the runs, my channels. The one rule: a view can be drawn before everything is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks import fit, parts, words
from bot.blocks.board import end_line, rag_line
from bot.blocks.board_streams import gauge
from bot.blocks.card import task_value
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, View, message
from bot.blocks.text import Mrkdwn, bold, channel, join, literal, phrase, when
from bot.blocks.values import HomeValue, RunbookValue, encode, seen_runbook
from bot.model import Person, Runbook, RunbookStage, Task, Text
from bot.model.hearing import Hearing
from bot.model.progress import Counts

_TASKS, _RUNS, _CHANNELS = 12, 8, 8


@dataclass(frozen=True, slots=True)
class HomeTask:
    """One of my tasks and where it belongs. `stream` may be empty."""

    task: Task
    runbook: Runbook
    stream: Text = field(default_factory=Text)


@dataclass(frozen=True, slots=True)
class HomeRun:
    """A linked runbook that I may see, with the channels I may see it in. `counts` None: not read yet."""

    runbook: Runbook
    channels: tuple[str, ...]
    counts: Counts | None = None
    stale_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class HomeChannel:
    """A linked channel and what it hears."""

    channel_id: str
    runbook_name: Text
    hearing: Hearing


@dataclass(frozen=True, slots=True)
class HomeView:
    """What Home shows. `tasks`, `runs` None: still being read. `person` None: Cutover does not know my e-mail address.

    `prefix` stands before all commands. `problem`: one sentence about what could not be read.
    """

    now: datetime
    tasks: Sequence[HomeTask] | None = None
    runs: Sequence[HomeRun] | None = ()
    channels: Sequence[HomeChannel] = ()
    person: Person | None = None
    operator: bool = False
    prefix: str = ""
    problem: str = ""


def home(view: HomeView) -> View:
    """The view for views.publish."""
    blocks = [*_problem(view), *_tasks(view), parts.divider(), *_runs(view), parts.divider(), *_settings(view)]
    return View({"type": "home", "blocks": fit.fit(blocks, "home")})


def my_tasks(view: HomeView) -> Message:
    """The same list of tasks as a message."""
    return message([*_problem(view), *_tasks(view)])


def _problem(view: HomeView) -> list[parts.Block]:
    return [parts.section(phrase("⚠️ {problem}", problem=literal(view.problem, 300)))] if view.problem else []


def _tasks(view: HomeView) -> list[parts.Block]:
    blocks = [parts.header("My tasks")]
    if view.tasks is None:
        return [*blocks, parts.section(Mrkdwn("⏳ Looking for your tasks…"))]
    if view.person is None and not view.tasks:
        why = "No Cutover user has your e-mail address, so the bot does not know which tasks are yours."
        hint = phrase("`{command}` tells more.", command=f"/{view.prefix}cutover whoami")
        return [*blocks, parts.section(Mrkdwn(why)), parts.context(hint)]
    if not view.tasks:
        return [*blocks, parts.section(Mrkdwn("✨ Nothing of yours runs or can start right now."))]
    blocks += [parts.section(_task(view, one), _act(one)) for one in view.tasks[:_TASKS]]
    rest = len(view.tasks) - _TASKS
    if rest > 0:
        hint = phrase("+{n} more: `{command}` in a linked channel.", n=rest, command=f"/{view.prefix}task list mine")
        blocks.append(parts.context(hint))
    return blocks


def _task(view: HomeView, one: HomeTask) -> Mrkdwn:
    task, kind = one.task, words.run_type(one.runbook.run_type)
    state = join(" ", [words.task_state(task), words.elapsed(task, view.now)])
    at = task.start_planned if task.is_startable and not task.is_late else None
    planned = phrase("planned {at}", at=when(at, view.now)) if at is not None else None
    where = join(" · ", [literal(one.runbook.name, 60), literal(one.stream, 40) if one.stream else None, kind])
    facts = join(" · ", [state, planned, words.late(task, view.now)])
    return join("\n", [bold(_named(task), 100), facts, where])


def _named(task: Task) -> str:
    return f"#{task.number} {task.name.raw}" if task.number is not None else task.name.raw


def _act(one: HomeTask) -> parts.Element:
    """Start or Finish where the run lets it, else Show. In a live run it asks once more."""
    task, value = one.task, encode(task_value(one.task).model_copy(update={"listed": True}))
    if one.runbook.stage != RunbookStage.ACTIVE or not (task.is_startable or task.is_running):
        return parts.button("Show", ActionId.TASK_SHOW, value)
    verb = "Start" if task.is_startable else "Finish"
    action = ActionId.TASK_START if task.is_startable else ActionId.TASK_FINISH
    ask = parts.confirm(f"{verb} in a LIVE run?", task.name, verb) if words.is_live(one.runbook) else None
    return parts.button(verb, action, value, style="primary", confirm=ask)


def _runs(view: HomeView) -> list[parts.Block]:
    blocks = [parts.header("Runs")]
    if view.runs is None:
        return [*blocks, parts.section(Mrkdwn("⏳ Looking at the runs that you may see…"))]
    if not view.runs:
        hint = phrase("A channel follows a runbook after `{command}`.", command=f"/{view.prefix}cutover link")
        return [*blocks, parts.section(Mrkdwn("No linked runbook that you may see is under way.")), parts.context(hint)]
    for one in view.runs[:_RUNS]:
        value = encode(RunbookValue(r=one.runbook.id, seen=seen_runbook(one.runbook)))
        blocks.append(parts.section(_run(view, one), parts.button("Show", ActionId.RUNBOOK_SHOW, value)))
    if len(view.runs) > _RUNS:
        blocks.append(parts.context(Mrkdwn(f"+{len(view.runs) - _RUNS:,} more")))
    return blocks


def _run(view: HomeView, one: HomeRun) -> Mrkdwn:
    book = one.runbook
    state = join(" · ", [words.runbook_state(book), words.run_type(book.run_type)])
    rag = rag_line(book.status, book.status_message)
    bar = None
    if one.counts is not None:
        late = f" · ⚠️ {one.counts.late:,} late" if one.counts.late else ""
        bar = Mrkdwn(f"{gauge(one.counts, 16)}  {one.counts.complete:,} of {one.counts.total:,} done{late}")
    stale = (
        phrase("🔌 As it was at {at}: Cutover does not answer.", at=when(one.stale_since)) if one.stale_since else None
    )
    where = join(" ", [channel(name) for name in one.channels[:4]]) if one.channels else None
    return join("\n", [bold(book.name, 120), state, rag, bar, end_line(book, view.now), stale, where])


def _settings(view: HomeView) -> list[parts.Block]:
    blocks = [parts.header("Settings")]
    for one in view.channels[:_CHANNELS]:
        value = encode(HomeValue(c=one.channel_id))
        digest = phrase("digest {when}", when=one.hearing.digest) if one.hearing.digest else Mrkdwn("no digest")
        follows = phrase("{channel} follows {name}", channel=channel(one.channel_id), name=one.runbook_name)
        line = join(" · ", [follows, digest])
        blocks.append(parts.section(line, parts.button("Settings", ActionId.HOME_WATCH, value)))
    if len(view.channels) > _CHANNELS:
        blocks.append(parts.context(Mrkdwn(f"+{len(view.channels) - _CHANNELS:,} more channels")))
    blocks.append(parts.context(*_who(view)))
    blocks.append(parts.actions(parts.button("Refresh", ActionId.HOME_REFRESH, encode(HomeValue()))))
    return blocks


def _who(view: HomeView) -> list[Mrkdwn]:
    person = view.person
    who = phrase("👤 In Cutover you are {name}", name=person.name) if person is not None else None
    rights = Mrkdwn("🔑 You are an operator of this bot: live starts are open to you") if view.operator else None
    hint = phrase("💡 `{command}` lists all commands", command=f"/{view.prefix}cutover help")
    at = phrase("🔄 As of {at}", at=when(view.now, view.now))
    return [one for one in (who, rights, hint, at) if one is not None]
