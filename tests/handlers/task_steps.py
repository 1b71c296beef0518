"""Steps that several tests of tasks share: bringing the fail-over to a task, reading cards and forms."""

from __future__ import annotations

from typing import Any

from stage import Stage

from bot.sandbox.cutover import engine
from bot.sandbox.cutover.runbook import Runbook, Task

CARD_PAYMENT = "Validate a card payment"
DECISION = "Go / no-go decision"
EVERYBODY = "Everybody ready on the bridge"
FREEZE = "Confirm change freeze in both sites"
ROLL = "Open the bridge and call the roll"
STOP = "Stop payments and card services"


def reach(stage: Stage, name: str) -> Task:
    """Complete all tasks before this one in Cutover itself, as Dana; the task, which can start then."""
    world = stage.cutover.world
    runbook = world.runbook_named("DC North to DC South fail-over")
    task = world.task_named(name, runbook)
    for before in task.predecessors:
        _complete(stage, runbook, runbook.tasks[before])
    assert task.stage == "startable", (name, task.stage)
    return task


def _complete(stage: Stage, runbook: Runbook, task: Task) -> None:
    world, by = stage.cutover.world, stage.cutover.world.person("dana").id
    if task.stage == "complete":
        return
    for before in task.predecessors:
        _complete(stage, runbook, runbook.tasks[before])
    if task.stage == "startable":
        engine.settle(world, runbook, engine.begin(world, runbook, task, world.now(), by), world.now(), by)
    if task.stage == "in_progress":
        engine.finish(world, runbook, task, "complete_normal", world.now(), by)
    assert task.stage == "complete", (task.name, task.stage)


def task_named(stage: Stage, name: str) -> Task:
    """A task as Cutover has it now."""
    return stage.cutover.world.task_named(name, stage.cutover.world.runbooks["101"])


def presses(stage: Stage) -> list[tuple[str, Any]]:
    """(start, finish, skip or the task's id for a plain change; meta) of every write to a task, oldest first."""
    return [(seen.path.rsplit("/", 1)[-1], (seen.body or {}).get("meta")) for seen in stage.writes("/tasks/")]


def comments(stage: Stage, name: str = "") -> list[str]:
    """Contents of the comments that a task has in Cutover (without a name: those of the runbook itself)."""
    wanted = task_named(stage, name).id if name else None
    return [one.content for one in stage.cutover.world.comments["101"] if one.task_id == wanted]


def actions(message: dict[str, Any]) -> list[str]:
    """Action ids of a message's controls, in order."""
    found: list[str] = []
    for block in message.get("blocks", []):
        elements = [*block.get("elements", []), block.get("accessory") or {}, block.get("element") or {}]
        found += [str(one["action_id"]) for one in elements if "action_id" in one]
    return found


def control(message: dict[str, Any], action: str) -> dict[str, Any]:
    """The first control of this action in a message. LookupError when there is none."""
    for block in message.get("blocks", []):
        for one in [*block.get("elements", []), block.get("accessory") or {}]:
            if one.get("action_id") == action:
                found: dict[str, Any] = one
                return found
    raise LookupError(action)


def menu(stage: Stage, label: str, user: str) -> str:
    """The value of an entry of the newest card's menu."""
    options = control(stage.showing("task.more", user), "task.more")["options"]
    return next(str(one["value"]) for one in options if one["text"]["text"] == label)


def field(view: dict[str, Any], block_id: str) -> dict[str, Any]:
    """The element of a form's field. LookupError when the form does not ask that."""
    for block in view["blocks"]:
        if block["block_id"] == block_id:
            found: dict[str, Any] = block["element"]
            return found
    raise LookupError(block_id)


def fields(view: dict[str, Any]) -> list[str]:
    """Block ids of all fields of a form."""
    return [str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"]


def choice(message: dict[str, Any], words: str) -> str:
    """The value of the button beside the line that holds these words. LookupError when there is none."""
    for block in message.get("blocks", []):
        if "accessory" in block and words in block["text"]["text"]:
            return str(block["accessory"]["value"])
    raise LookupError(words)
