"""What if, typed or by a form. The one rule: nothing is written; two plans are computed and compared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from bot.blocks import modals
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message, View
from bot.blocks.values import RunbookMeta, RunbookValue, decode
from bot.blocks.whatif import Change, Outcome, WhatIfForm, effect, parse_change, read_what_if, what_if_form
from bot.cutover import CutoverClient
from bot.errors import BadInput
from bot.plan import Run, what_if
from bot.slack.answer import Answer
from bot.watch.beside import MANY, beside
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.cards import Cards
from handlers.forms import again, show_form
from handlers.planning import around, timed
from handlers.routes import Routes
from handlers.runs import Runs
from handlers.targets import Targets

routes = Routes()
_TITLE: Final = "What if"
_TYPED: Final = re.compile(r"(.*?)\s*([+\-−]\s*\d[\w ]*|\bskip(?:ped)?)\Z", re.I)


@routes.command("runbook", "whatif", "[<task> +30m | <task> skip]")
async def ask_what_if(ask: Ask, answer: Answer, targets: Targets, runs: Runs, cards: Cards) -> None:
    """Say when the run would end if tasks took longer or shorter, or were skipped; nothing is changed."""
    if not ask.words:
        runbook_id = targets.runbook_id(ask, "")
        await show_form(answer, _TITLE, _form(targets, ask), again(ActionId.WHATIF_OPEN, runbook_id))
        return
    target, seconds = _typed(grammar.plain(ask.words))
    task = await targets.task(ask, grammar.unquoted(target), rest=ask.words[len(target) :], question="Which task?")
    run = await runs.around(task)
    await answer.say(await _effect(run, [Change(task.id, seconds)], cards))


@routes.action(ActionId.WHATIF_OPEN)
async def press_what_if(ask: Ask, answer: Answer, client: CutoverClient) -> None:
    value = ask.value(RunbookValue)

    async def form() -> View:
        return what_if_form(await client.get_runbook(value.r))

    await show_form(answer, _TITLE, form(), (ActionId.WHATIF_OPEN, value))


async def _form(targets: Targets, ask: Ask) -> View:
    return what_if_form(await targets.runbook(ask))


def _typed(words: str) -> tuple[str, float | None]:
    """(task, seconds; None: skipped) of `core switch +30m`. Raises `BadInput`."""
    found = _TYPED.match(words)
    understood, seconds = parse_change(found[2]) if found else (False, None)
    if not found or not understood:
        raise BadInput("By how much?", "For example `/runbook whatif core switch +30m`, `-1h 10m` or `skip`.")
    return found[1], seconds


def _read(view: Mapping[str, Any]) -> Any:
    return read_what_if(state_of(view), decode(RunbookMeta, str(view.get("private_metadata", ""))).r)


@routes.submit(ViewId.WHATIF, _read, then=_TITLE)
async def submit_what_if(ask: Ask, answer: Answer, form: WhatIfForm, runs: Runs, cards: Cards) -> None:
    run = await runs.read(ask.meta(RunbookMeta).r)
    if any(one.task_id not in run.tasks for one in form.changes):
        raise BadInput("One of the tasks is not in this run any more.", "Open the form again.")
    await answer.show(modals.notice(_TITLE, await _effect(run, form.changes, cards)))


async def _effect(run: Run, changes: Sequence[Change], cards: Cards) -> Message:
    changed = partial(what_if, run.steps, [one.shift for one in changes], run.now, run.begin)
    found = await beside(run.tasks, changed, MANY)
    moved = sorted(timed(run, found.moved), key=lambda one: one.end)
    names = {stream.id: stream.name for stream in run.streams}
    lanes = sorted(found.lanes(run.steps).items(), key=lambda pair: -abs(pair[1]))
    told = Outcome(
        [(run.tasks[one.task_id], one) for one in changes],
        found.after.end,
        found.end_moves,
        [(one, found.moved[one.task.id]) for one in moved if run.is_milestone(one.task)],
        [(names.get(key) if key else None, by) for key, by in lanes],
    )
    return effect(await around(run, cards, []), told)
