"""Why blocked, what it blocks, critical path. The one rule: answers only; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bot.blocks import answers
from bot.blocks.answers import Around, Timed
from bot.cutover.states import runbook_state
from bot.model import Task
from bot.plan import Moved, Run, chain_before, dependants, moved, slack_by_stream
from bot.slack.answer import Answer
from bot.watch.ends import Ends
from handlers import grammar
from handlers.ask import Ask
from handlers.cards import Cards
from handlers.rollcall import RollCall
from handlers.routes import Routes
from handlers.runs import Runs
from handlers.targets import Targets

routes = Routes()
_LATELY: Final = 3600.0


def timed(run: Run, ids: Iterable[str]) -> list[Timed]:
    """Those tasks with their ends and slack, in that order."""
    return [Timed(run.tasks[key], run.plan.timings[key].end, run.plan.timings[key].slack) for key in ids]


async def around(run: Run, cards: Cards, shown: Sequence[Timed]) -> Around:
    """What every answer shows, with the owners of the first of `shown`."""
    refs = [ref for one in shown[:20] for ref in one.task.assignees or ()]
    now = datetime.fromtimestamp(run.now, UTC)
    return Around(run.runbook, now, await cards.names(refs, run.runbook.id))


@routes.command("task", "why", "<task>")
async def ask_why(ask: Ask, answer: Answer, targets: Targets, runs: Runs, cards: Cards, roll: RollCall) -> None:
    """Say what holds a task up, and the one task to push on."""
    task = await targets.task(ask, grammar.unquoted(ask.words), question="Which task do you wonder about?")
    run = await runs.around(task)
    chain = timed(run, [key for key in chain_before(run.steps, run.plan, task.id) if key != task.id])
    waits = {one for step in run.steps if step.id == task.id for one in step.predecessors}
    others = sum(1 for one in waits if one in run.tasks and not run.plan.timings[one].over) - 1
    shown = await around(run, cards, [*chain, *timed(run, [task.id])])
    shown = replace(shown, present=await roll.present(run.tasks[task.id], run.runbook))
    await answer.say(answers.why(shown, run.tasks[task.id], chain, max(others, 0)))


@routes.command("task", "blocks", "<task>")
async def ask_what_it_blocks(ask: Ask, answer: Answer, targets: Targets, runs: Runs, cards: Cards) -> None:
    """Say what waits for a task, and how much it may slip."""
    task = await targets.task(ask, grammar.unquoted(ask.words), question="Which task?")
    run = await runs.around(task)
    found = sorted(timed(run, dependants(run.steps, task.id)), key=lambda one: one.end)
    milestones = [one for one in found if run.is_milestone(one.task)]
    lanes = len({one.task.stream_id for one in found})
    shown = await around(run, cards, found[:8])
    await answer.say(answers.blocks_what(shown, timed(run, [task.id])[0], found, milestones, lanes))


@routes.command("runbook", "path", "[runbook]")
async def show_path(ask: Ask, answer: Answer, targets: Targets, runs: Runs, cards: Cards, ends: Ends) -> None:
    """Show the critical path: the tasks that decide when the run ends, how that moved, and slack by stream."""
    runbook = await targets.runbook(ask, grammar.unquoted(ask.words))
    run = await runs.read(runbook.id)
    chain = timed(run, run.plan.critical)
    streams = {stream.id: stream for stream in run.streams}
    slacks = sorted(slack_by_stream(run.steps, run.plan).items(), key=lambda pair: pair[1])
    shown = await around(run, cards, chain)
    named = [(streams.get(key) if key else None, seconds) for key, seconds in slacks]
    await answer.say(answers.path(shown, chain, run.plan.end, named, await _moves(run, ends)))


async def _moves(run: Run, ends: Ends) -> list[tuple[Moved, Task | None]]:
    """How the end moved since the start, or since the bot watches, and in the last hour where that is another story."""
    began = run.runbook.start_actual
    if began is None or run.runbook.is_over:
        return []
    known, lately = await ends.of(runbook_state(run.runbook)), run.now - _LATELY
    spans = [began.timestamp(), lately] if known and known[0].at < lately else [began.timestamp()]
    found = [moved(known, since, run.plan.end) for since in spans]
    return [(told, run.tasks.get(told.task_id)) for told in found if told is not None]
