"""Why blocked, what it blocks, critical path, what if. The one rule: answers only; nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.blocks import answers
from bot.blocks.answers import Around, Timed
from bot.blocks.forms import parse_duration
from bot.clock import Clock
from bot.cutover import Catalogue, CutoverClient
from bot.errors import BadInput
from bot.model import Runbook, RunbookStage, Task
from bot.plan import Plan, Shift, Step, chain_before, dependants, plan_run, slack_by_stream, steps_of, what_if
from bot.slack.answer import Answer
from handlers import grammar
from handlers.ask import Ask
from handlers.cards import Cards
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()
_SHIFT: Final = re.compile(r"(.*?)\s*([+\-−])\s*(\d[\w ]*)\Z")


@dataclass(frozen=True, slots=True)
class _Run:
    """A run with its plan."""

    runbook: Runbook
    tasks: dict[str, Task]
    steps: list[Step]
    plan: Plan
    begin: float | None

    def timed(self, ids: Iterable[str]) -> list[Timed]:
        return [Timed(self.tasks[key], self.plan.timings[key].end, self.plan.timings[key].slack) for key in ids]


async def _read(client: CutoverClient, runbook_id: str, clock: Clock) -> _Run:
    """The run by Cutover's graph. Raises `BadInput` where the instance tells no predecessors, `Cyclic` in a circle."""
    runbook = await client.get_runbook(runbook_id)
    tasks = await client.list_runbook_tasks(runbook_id, forecast=True).all()
    if tasks and all(task.predecessor_ids is None for task in tasks):
        raise BadInput("This Cutover does not tell which task waits for which.", "So this cannot be computed.")
    steps = steps_of(tasks)
    planned = runbook.start_scheduled or runbook.start_planned
    begin = planned.timestamp() if planned and runbook.stage == RunbookStage.PLANNING else None
    return _Run(runbook, {t.id: t for t in tasks}, steps, plan_run(steps, clock.unix(), begin), begin)


async def _around(run: _Run, cards: Cards, clock: Clock, shown: Sequence[Timed]) -> Around:
    refs = [ref for one in shown[:20] for ref in one.task.assignees or ()]
    return Around(run.runbook, clock.now(), await cards.names(refs, run.runbook.id))


@routes.command("task", "why", "<task>")
async def ask_why(
    ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, cards: Cards, clock: Clock
) -> None:
    """Say what holds a task up, and the one task to push on."""
    task = await targets.task(ask, grammar.unquoted(ask.words), question="Which task do you wonder about?")
    run = await _read(client, task.runbook_id, clock)
    chain = run.timed(key for key in chain_before(run.steps, run.plan, task.id) if key != task.id)
    waits = {one for step in run.steps if step.id == task.id for one in step.predecessors}
    others = sum(1 for one in waits if one in run.tasks and not run.plan.timings[one].over) - 1
    known = run.tasks.get(task.id, task)
    around = await _around(run, cards, clock, [*chain, *run.timed([task.id])])
    await answer.say(answers.why(around, known, chain, max(others, 0)))


@routes.command("task", "blocks", "<task>")
async def ask_what_it_blocks(
    ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, catalogue: Catalogue, cards: Cards, clock: Clock
) -> None:
    """Say what waits for a task, and how much it may slip."""
    task = await targets.task(ask, grammar.unquoted(ask.words), question="Which task?")
    run = await _read(client, task.runbook_id, clock)
    found = sorted(run.timed(dependants(run.steps, task.id)), key=lambda one: one.end)
    milestones = await _milestones(catalogue, found)
    lanes = len({one.task.stream_id for one in found})
    around = await _around(run, cards, clock, found[:8])
    await answer.say(answers.blocks_what(around, run.timed([task.id])[0], found, milestones, lanes))


async def _milestones(catalogue: Catalogue, found: Sequence[Timed]) -> list[Timed]:
    kinds = {one.task.task_type_id: await catalogue.task_type(one.task.task_type_id) for one in found}
    return [one for one in found if (kind := kinds[one.task.task_type_id]) is not None and kind.is_milestone]


@routes.command("runbook", "path", "[runbook]")
async def show_path(
    ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, catalogue: Catalogue, cards: Cards, clock: Clock
) -> None:
    """Show the critical path: the tasks that decide when the run ends, and slack by stream."""
    runbook = await targets.runbook(ask, grammar.unquoted(ask.words))
    run = await _read(client, runbook.id, clock)
    chain = run.timed(run.plan.critical)
    streams = {stream.id: stream for stream in await catalogue.streams(runbook.id)}
    slacks = sorted(slack_by_stream(run.steps, run.plan).items(), key=lambda pair: pair[1])
    around = await _around(run, cards, clock, chain)
    named = [(streams.get(key) if key else None, seconds) for key, seconds in slacks]
    await answer.say(answers.path(around, chain, run.plan.end, named))


@routes.command("runbook", "whatif", "<task> +30m")
async def ask_what_if(
    ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, catalogue: Catalogue, cards: Cards, clock: Clock
) -> None:
    """Say when the run would end if a task took longer or shorter; nothing is changed."""
    target, seconds = _shift(grammar.plain(ask.words))
    task = await targets.task(ask, grammar.unquoted(target), rest=ask.words[len(target) :], question="Which task?")
    run = await _read(client, task.runbook_id, clock)
    found = what_if(run.steps, [Shift(task.id, seconds)], clock.unix(), run.begin)
    moved = sorted(run.timed(found.moved), key=lambda one: one.end)
    slipped = [(one, found.moved[one.task.id]) for one in await _milestones(catalogue, moved)]
    around = await _around(run, cards, clock, [])
    known = run.tasks.get(task.id, task)
    await answer.say(answers.effect(around, known, seconds, found.after.end, found.end_moves, slipped))


def _shift(words: str) -> tuple[str, float]:
    """(task, seconds) of `core switch +30m`. Raises `BadInput`."""
    found = _SHIFT.match(words)
    seconds = parse_duration(found[3]) if found else None
    if not found or seconds is None:
        raise BadInput("By how much?", "For example `/runbook whatif core switch +30m`, or `-1h 10m`.")
    return found[1], float(seconds if found[2] == "+" else -seconds)
