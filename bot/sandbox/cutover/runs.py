"""Start, pause, resume and cancel of a whole run. A run starts once; what stops it leaves its tasks as they
are."""

from __future__ import annotations

from . import checks, engine, plan, presses
from .errors import Refusal, invalid
from .runbook import Runbook
from .things import Person
from .world import World


def start(
    world: World,
    runbook: Runbook,
    person: Person,
    *,
    run_type: str,
    comms: str,
    rebaseline: bool = False,
    shift: bool = False,
    silent: bool = False,
    level: str = "error",
) -> None:
    """Check, re-plan as asked, and begin. Level `warning` makes every finding block, `error` only the errors (R26)."""
    if runbook.stage != "planning":
        raise invalid("already_actioned", f"The runbook is {runbook.stage}")
    found = checks.findings(world, runbook, run_type, rebaseline=rebaseline, shift=shift)
    blocking = found if level == "warning" else [f for f in found if f.code in checks.ERRORS]
    if blocking:
        raise Refusal(422, *blocking)
    now = world.now()
    before = plan.base(runbook)
    if shift:
        plan.shift_fixed(world, runbook, now - before, now)
    if rebaseline:
        # planned times from now on; a schedule stays what was agreed, so it is kept apart from the plan
        runbook.start_planned, runbook.start_scheduled = now, None
        runbook.end_scheduled = None
    if rebaseline or shift:
        plan.replan(world, runbook)
    runbook.disable_task_notify = silent
    engine.begin_run(world, runbook, run_type, comms, now, person.id)


def pause(world: World, runbook: Runbook, person: Person, message: str) -> None:
    """Stand still: no task starts or ends until `resume`; tasks in progress stay in progress."""
    if runbook.stage != "active":
        raise invalid("already_actioned", f"The runbook is {runbook.stage}")
    now = world.now()
    runbook.stage, runbook.paused_at, runbook.updated_at = "paused", now, now
    _tell(world, runbook, person, "run.paused", "paused", message)


def resume(world: World, runbook: Runbook, person: Person, message: str) -> None:
    """Go on after a pause; what became due meanwhile happens at once."""
    if runbook.stage != "paused":
        raise invalid("already_actioned", f"The runbook is {runbook.stage}")
    now = world.now()
    runbook.stage, runbook.resumed_at, runbook.updated_at = "active", now, now
    _tell(world, runbook, person, "run.resumed", "resumed", message)
    engine.settle(world, runbook, list(runbook.tasks), now, person.id)


def cancel(world: World, runbook: Runbook, person: Person, message: str) -> None:
    """End the run before its time."""
    if runbook.stage not in ("active", "paused"):
        raise invalid("already_actioned", f"The runbook is {runbook.stage}")
    now = world.now()
    runbook.stage, runbook.end_actual, runbook.updated_at = "canceled", now, now
    world.live[runbook.id].timed.clear()
    _tell(world, runbook, person, "run.canceled", "canceled", message)


def _tell(world: World, runbook: Runbook, person: Person, key: str, word: str, message: str) -> None:
    world.live[runbook.id].revision += 1
    world.note(key, runbook, by=person.id, text=f"{runbook.name} was {word}", changes={"message": message})
    if message:
        presses.comment(world, runbook, person, message)
