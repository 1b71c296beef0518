"""Modals that create and edit runbooks and tasks. The one rule: saving a form never shortens what is stored.

So what does not fit a text box whole is not offered for editing, and its reader gives None for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import fit, forms, parts
from bot.blocks.clean import clean
from bot.blocks.forms import CreateForm, EditForm, Errors, State, TaskForm
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import View
from bot.blocks.text import bold, phrase
from bot.blocks.values import CreateMeta, RunbookMeta, TaskMeta, encode_meta
from bot.model import Runbook, Stream, Task, TaskType, Text, Workspace

_NAME = 255
_LONG = 3_000
_LEVELS = {"level_1": "Level 1", "level_2": "Level 2", "level_3": "Level 3"}


def create_runbook(
    *,
    meta: CreateMeta,
    name: Text | str = "",
    template: Runbook | None = None,
    workspaces: Sequence[Workspace] = (),
    workspace_id: str | None = None,
) -> View:
    """A runbook from a template, or blank in one of `workspaces`. The others are presets."""
    preset = parts.option(template.name, template.id) if template is not None else None
    menu = parts.external_select(ActionId.CHOOSE_TEMPLATE, "Type part of a template's name", initial=preset)
    shift = [parts.option("Shift fixed times to the new start", "shift")]
    copied = "Tasks, teams and users come along together: teams without users would stop the start."
    blocks = [
        parts.field("Name", parts.text_input(initial=_whole(name, _NAME), longest=_NAME), "name"),
        parts.field("Template", menu, "template", hint=f"Empty: a blank runbook. {copied}", optional=True),
        *_workspaces(workspaces, workspace_id),
        parts.field("Times", parts.choices("checkboxes", shift), "times", optional=True),
        parts.field("Description", parts.text_input(lines=True), "description", optional=True),
    ]
    return View(parts.modal("Create runbook", ViewId.CREATE_RUNBOOK, blocks, submit="Create", meta=encode_meta(meta)))


def _workspaces(workspaces: Sequence[Workspace], preset: str | None) -> list[parts.Block]:
    options = [parts.option(w.name, w.id) for w in workspaces if len(w.id) <= fit.OPTION_VALUE]
    if not options:
        return []
    menu = parts.select(options, initial=preset or (workspaces[0].id if len(options) == 1 else None))
    return [parts.field("Workspace", menu, "workspace", hint="For a blank runbook.", optional=True)]


def _whole(value: Text | str, limit: int) -> str | None:
    """`value` as a preset if it fits, else None."""
    line = clean(value.raw if isinstance(value, Text) else value, lines=limit > _NAME)
    return line if line and forms.fits(line, limit) else None


def read_create(state: State) -> CreateForm | Errors:
    """A new runbook as sent."""
    name = forms.one_line(state, "name")
    if not name:
        return {"name": "Give it a name."}
    if forms.has(state, "workspace") and not (forms.choice(state, "template") or forms.choice(state, "workspace")):
        return {"workspace": "Choose a workspace, or a template above."}
    return CreateForm(
        template_id=forms.choice(state, "template"),
        name=name,
        description=forms.text(state, "description"),
        shift_fixed_times="shift" in forms.choices(state, "times"),
        workspace_id=forms.choice(state, "workspace"),
    )


def edit_runbook(runbook: Runbook, *, meta: RunbookMeta) -> View:
    """Name and description."""
    blocks = [*_name(runbook.name), *_long("Description", "description", runbook.description)]
    return View(parts.modal("Edit runbook", ViewId.EDIT_RUNBOOK, blocks, submit="Save", meta=encode_meta(meta)))


def _name(now: Text) -> list[parts.Block]:
    if now and _whole(now, _LONG) is None:
        return _long("Name", "name", now)
    return [parts.field("Name", parts.text_input(initial=_whole(now, _LONG)), "name")]


def _long(label: str, block_id: str, now: Text) -> list[parts.Block]:
    initial = _whole(now, _LONG)
    if now and initial is None:
        return [parts.context(phrase("{label}: too long to edit here, use Cutover's page.", label=label))]
    return [parts.field(label, parts.text_input(initial=initial, lines=True), block_id, optional=True)]


def _offered(state: State, block_id: str, *, one_line: bool = False) -> Text | None:
    if not forms.has(state, block_id):
        return None
    return forms.one_line(state, block_id) if one_line else forms.text(state, block_id)


def read_edit(state: State) -> EditForm | Errors:
    """Name and description as sent."""
    name = _offered(state, "name", one_line=True)
    if name is not None and not name:
        return {"name": "It needs a name."}
    return EditForm(name, _offered(state, "description"))


def create_task(
    runbook: Runbook, streams: Sequence[Stream], types: Sequence[TaskType], *, meta: CreateMeta, name: Text | str = ""
) -> View:
    """A new task of `runbook`; the first primary stream and the first type are preset."""
    primary = next((s.id for s in streams if s.is_primary), streams[0].id if streams else None)
    blocks = [
        parts.section(bold(runbook.name, 150)),
        parts.field("Name", parts.text_input(initial=_whole(name, _NAME), longest=_NAME), "name"),
        *_places(streams, types, primary, types[0].id if types else None),
        *_task_fields(None),
    ]
    return View(parts.modal("Create task", ViewId.CREATE_TASK, blocks, submit="Create", meta=encode_meta(meta)))


def edit_task(
    runbook: Runbook, task: Task, streams: Sequence[Stream], types: Sequence[TaskType], *, meta: TaskMeta
) -> View:
    """A task with what is stored now."""
    blocks = [
        parts.section(bold(runbook.name, 150)),
        *_name(task.name),
        *_places(streams, types, task.stream_id, task.task_type_id),
        *_task_fields(task),
    ]
    return View(parts.modal("Edit task", ViewId.EDIT_TASK, blocks, submit="Save", meta=encode_meta(meta)))


def _places(
    streams: Sequence[Stream], types: Sequence[TaskType], stream_id: str | None, type_id: str | None
) -> list[parts.Block]:
    """Stream and type, where there is a choice at all (a menu may not be empty)."""
    lanes = [parts.option(s.name, s.id) for s in streams if len(s.id) <= fit.OPTION_VALUE]
    kinds = [parts.option(t.name, t.id) for t in types if len(t.id) <= fit.OPTION_VALUE and not t.archived]
    blocks = []
    if lanes:
        blocks.append(parts.field("Stream", parts.select(lanes, initial=stream_id), "stream", optional=True))
    if kinds:
        blocks.append(parts.field("Type", parts.select(kinds, initial=type_id), "type", optional=True))
    return blocks


def _task_fields(task: Task | None) -> list[parts.Block]:
    takes = forms.exact_duration(task.duration) if task is not None and task.duration is not None else None
    level = task.level if task is not None else "level_3"
    known = _LEVELS if level in _LEVELS else {**_LEVELS, level: level}  # keep one that is newer than this list
    levels = [parts.option(label, value) for value, label in known.items() if _safe_value(value)]
    start, end = (task.start_fixed, task.end_fixed) if task is not None else (None, None)
    return [
        parts.field(
            "Duration",
            parts.text_input(initial=takes, longest=40),
            "duration",
            hint="For example 45 min or 1 h 20 min. A number alone is minutes.",
            optional=True,
        ),
        parts.field("Level", parts.select(levels, initial=level), "level", optional=True),
        parts.field("Not before", parts.datetime_input(start), "start_fixed", optional=True),
        parts.field("Due", parts.datetime_input(end), "end_fixed", optional=True),
        *_long("Description", "description", task.description if task is not None else Text("")),
    ]


def _safe_value(value: str) -> bool:
    return 0 < len(value) <= fit.OPTION_VALUE and clean(value) == value


def read_task(state: State) -> TaskForm | Errors:
    """A created or edited task."""
    errors: Errors = {}
    name, takes = _offered(state, "name", one_line=True), forms.one_line(state, "duration")
    seconds = forms.parse_duration(takes.raw) if takes else None
    start, end = forms.moment(state, "start_fixed"), forms.moment(state, "end_fixed")
    if name is not None and not name:
        errors["name"] = "A task needs a name."
    if takes and seconds is None:
        errors["duration"] = "Write it like 45 min or 1 h 20 min."
    if start is not None and end is not None and end <= start:
        errors["end_fixed"] = "It is due before it may start."
    return errors or TaskForm(
        name=name,
        description=_offered(state, "description"),
        stream_id=forms.choice(state, "stream"),
        task_type_id=forms.choice(state, "type"),
        duration=seconds,
        level=forms.choice(state, "level") or "level_3",
        start_fixed=start,
        end_fixed=end,
    )
