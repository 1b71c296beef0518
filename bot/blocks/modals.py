"""All modals and the reading of what they send. The one rule: a modal and its reader share their block ids.

`loading` opens at once, before any call to Cutover (a trigger_id lives 3 seconds); the others replace it.
"""

from __future__ import annotations

from bot.blocks import parts
from bot.blocks.forms import (
    AssignForm,
    CommentForm,
    CreateForm,
    EditForm,
    Errors,
    FinishForm,
    SkipForm,
    StageForm,
    StartForm,
    StatusForm,
    TaskForm,
    parse_duration,
    typed_name,
)
from bot.blocks.ids import ViewId
from bot.blocks.message import Message, View
from bot.blocks.modal_edit import (
    create_runbook,
    create_task,
    edit_runbook,
    edit_task,
    read_create,
    read_edit,
    read_task,
)
from bot.blocks.modal_finish import decided, finish_task, read_finish
from bot.blocks.modal_run import (
    findings_blocks,
    findings_message,
    needs_name,
    read_stage,
    read_start,
    read_status,
    stage,
    start_runbook,
    status,
)
from bot.blocks.modal_task import (
    assign,
    comment,
    read_assign,
    read_comment,
    read_skip,
    skip_task,
)
from bot.blocks.text import Mrkdwn

__all__ = [
    "AssignForm",
    "CommentForm",
    "CreateForm",
    "EditForm",
    "Errors",
    "FinishForm",
    "SkipForm",
    "StageForm",
    "StartForm",
    "StatusForm",
    "TaskForm",
    "assign",
    "comment",
    "create_runbook",
    "create_task",
    "decided",
    "edit_runbook",
    "edit_task",
    "findings_blocks",
    "findings_message",
    "finish_task",
    "loading",
    "needs_name",
    "notice",
    "parse_duration",
    "read_assign",
    "read_comment",
    "read_create",
    "read_edit",
    "read_finish",
    "read_skip",
    "read_stage",
    "read_start",
    "read_status",
    "read_task",
    "skip_task",
    "stage",
    "start_runbook",
    "status",
    "typed_name",
]


def loading(title: str, callback: ViewId = ViewId.LOADING, meta: str = "") -> View:
    """The first view, shown while Cutover is asked."""
    return View(parts.modal(title, callback, [parts.section(Mrkdwn("⏳ One moment…"))], meta=meta))


def notice(title: str, body: Mrkdwn | Message) -> View:
    """A view that only tells something. A message's buttons are left out: they would lose their channel."""
    if isinstance(body, Message):
        told = [block for block in body.blocks if block["type"] != "actions"]
        blocks = [{name: value for name, value in block.items() if name != "accessory"} for block in told]
        return View(parts.modal(title, ViewId.NOTICE, blocks))
    return View(parts.modal(title, ViewId.NOTICE, [parts.section(body)]))
