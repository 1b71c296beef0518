"""Tasks: each call, and exactly what it has to ask."""

from __future__ import annotations

from cutover_cases import AT, TASK, Case, Z
from cutover_script import Step, answer, many, resource

from bot.cutover import TaskFields
from bot.model import FieldValue, Ref, Text

CASES: list[Case] = [
    (lambda c: c.list_runbook_tasks("7"), "GET /core/runbooks/7/tasks", None, many(resource("task"))),
    (
        lambda c: c.list_runbook_tasks(
            "7",
            page_number=2,
            page_size=50,
            sort="-start_planned",
            fields=("name", "stage"),
            forecast=False,
            stage=("startable", "in_progress"),
            stream_id=("1", "2"),
            completion_type=("complete_auto",),
            task_type_id=("3",),
            level=("level_1",),
            search_term="x/ü",
            has_comments=True,
            runbook_team_id=("8",),
            user_id=("9",),
            source_runbook_id=("5",),
        ),
        "GET /core/runbooks/7/tasks?page%5Bnumber%5D=2&page%5Bsize%5D=50&sort=-start_planned"
        "&fields%5Btask%5D=name,stage&forecast=false&stage=startable,in_progress&stream_id=1,2"
        "&completion_type=complete_auto&task_type_id=3&level=level_1&search_term=x%2F%C3%BC&has_comments=true"
        "&runbook_team_id=8&user_id=9&source_runbook_id=5",
        None,
        many(resource("task")),
    ),
    (
        lambda c: c.create_runbook_task(
            "7",
            TaskFields(
                name="N",
                duration=60,
                level="level_1",
                start_fixed=AT,
                stream_id="1",
                task_type_id="2",
                predecessor_ids=("3",),
                assignees=(Ref("user", "9"),),
                field_values=(
                    FieldValue("f", Text("a"), (Text("v"),)),
                    FieldValue(None, Text("b"), (Text("v"),), multiple=True),
                    FieldValue(None, Text("c"), (Text("v"), Text("w"))),
                    FieldValue(None, Text("d"), ()),
                ),
            ),
        ),
        "POST /core/runbooks/7/tasks",
        {
            "data": {
                "type": "task",
                "attributes": {
                    "name": "N",
                    "duration": 60,
                    "level": "level_1",
                    "start_fixed": Z,
                    "custom_field_values": [
                        {"custom_field_id": "f", "value": "v"},
                        {"name": "b", "value": ["v"]},
                        {"name": "c", "value": ["v", "w"]},
                        {"name": "d", "value": None},
                    ],
                },
                "relationships": {
                    "stream": {"data": {"id": "1", "type": "stream"}},
                    "task_type": {"data": {"id": "2", "type": "task_type"}},
                    "predecessors": {"data": [{"id": "3", "type": "task"}]},
                    "assignees": {"data": [{"id": "9", "type": "user"}]},
                },
            }
        },
        TASK,
    ),
    (lambda c: c.get_runbook_task("7", "4"), "GET /core/runbooks/7/tasks/4", None, TASK),
    (
        lambda c: c.update_runbook_task("7", "4", TaskFields(end_requirements="same_must_end", disable_notify=True)),
        "PATCH /core/runbooks/7/tasks/4",
        {
            "data": {
                "type": "task",
                "id": "4",
                "attributes": {"end_requirements": "same_must_end", "disable_notify": True},
            }
        },
        TASK,
    ),
    (
        lambda c: c.set_task_assignees("7", "4", (Ref("user", "9"), Ref("runbook_team", "3")), replace=True),
        "PATCH /core/runbooks/7/tasks/4",
        {
            "data": {
                "type": "task",
                "id": "4",
                "relationships": {
                    "assignees": {"data": [{"id": "9", "type": "user"}, {"id": "3", "type": "runbook_team"}]}
                },
            },
            "meta": {"delete_excluded_assignees": True},
        },
        TASK,
    ),
    (
        lambda c: c.update_runbook_task("7", "4", TaskFields(description=None, start_fixed=None, duration=None)),
        "PATCH /core/runbooks/7/tasks/4",
        {
            "data": {
                "type": "task",
                "id": "4",
                "attributes": {"description": "", "duration": None, "start_fixed": ""},
            }
        },
        TASK,
    ),
    (lambda c: c.start_runbook_task("7", "4"), "PATCH /core/runbooks/7/tasks/4/start", None, TASK),
    (
        lambda c: c.start_runbook_task("7", "4", override=True, selected_successor_ids=("9",)),
        "PATCH /core/runbooks/7/tasks/4/start",
        {"meta": {"override": True, "selected_successor_ids": [9]}},
        TASK,
    ),
    (
        lambda c: c.finish_runbook_task("7", "4", override=False, selected_successor_ids=("9", "12")),
        "PATCH /core/runbooks/7/tasks/4/finish",
        {"meta": {"override": False, "selected_successor_ids": [9, 12]}},
        TASK,
    ),
    (
        lambda c: c.finish_runbook_task("7", "4", selected_successor_ids=()),
        "PATCH /core/runbooks/7/tasks/4/finish",
        {"meta": {"selected_successor_ids": []}},
        TASK,
    ),
    (
        lambda c: c.skip_runbook_task("7", "4", "not needed"),
        "PATCH /core/runbooks/7/tasks/4/skip",
        {"meta": {"comment": "not needed"}},
        Step(204),
    ),
    (lambda c: c.delete_runbook_task("7", "4"), "DELETE /core/runbooks/7/tasks/4", None, answer({})),
]
