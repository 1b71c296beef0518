"""Names of everything clickable. The one rule: an id never changes its meaning; one that goes moves to `RETIRED`."""

from __future__ import annotations

from enum import StrEnum


class ActionId(StrEnum):
    """`action_id` of buttons, menus and pickers."""

    TASK_START = "task.start"
    TASK_START_ASK = "task.start_ask"
    TASK_FINISH = "task.finish"
    TASK_FINISH_ASK = "task.finish_ask"
    TASK_SKIP = "task.skip"
    TASK_COMMENT = "task.comment"
    TASK_SHOW = "task.show"
    TASK_REFRESH = "task.refresh"
    TASK_MORE = "task.more"
    TASK_REQUEST = "task.request"
    RUNBOOK_START = "runbook.start"
    RUNBOOK_PAUSE = "runbook.pause"
    RUNBOOK_RESUME = "runbook.resume"
    RUNBOOK_CANCEL = "runbook.cancel"
    RUNBOOK_STATUS = "runbook.status"
    RUNBOOK_CONFIRM = "runbook.confirm"
    RUNBOOK_COMMENT = "runbook.comment"
    RUNBOOK_SHOW = "runbook.show"
    RUNBOOK_REFRESH = "runbook.refresh"
    RUNBOOK_NEXT = "runbook.next"
    RUNBOOK_REPORT = "runbook.report"
    RUNBOOK_READY = "runbook.ready"
    RUNBOOK_CHART = "runbook.chart"
    CHART_HERE = "chart.here"
    POLL_OPEN = "poll.open"
    POLL_GO = "poll.go"
    POLL_NO = "poll.no"
    POLL_ABSTAIN = "poll.abstain"
    POLL_CLOSE = "poll.close"
    WHATIF_OPEN = "whatif.open"
    REPORT_HERE = "report.here"
    REPORT_ME = "report.me"
    HANDOVER_POST = "handover.post"
    LIST_PAGE = "list.page"
    LIST_BACK = "list.back"
    PICK_TASK = "pick.task"
    PICK_RUNBOOK = "pick.runbook"
    PICK_PERSON = "pick.person"
    CHOOSE_RUNBOOK = "choose.runbook"
    CHOOSE_TASK = "choose.task"
    CHOOSE_TEMPLATE = "choose.template"
    CHOOSE_ZONE = "choose.zone"
    REQUEST_OPEN = "request.open"
    REQUEST_LIST = "request.list"
    HOME_WATCH = "home.watch"
    HOME_REFRESH = "home.refresh"
    OPEN_LINK = "open.link"
    INPUT = "input"


class ViewId(StrEnum):
    """`callback_id` of modals."""

    LOADING = "loading"
    START_RUNBOOK = "start_runbook"
    START_TASK = "start_task"
    FINISH_TASK = "finish_task"
    SKIP_TASK = "skip_task"
    COMMENT = "comment"
    STATUS = "status"
    STAGE = "stage"
    CREATE_RUNBOOK = "create_runbook"
    EDIT_RUNBOOK = "edit_runbook"
    CREATE_TASK = "create_task"
    EDIT_TASK = "edit_task"
    ASSIGN = "assign"
    WATCH = "watch"
    REQUEST_CHOICE = "request_choice"
    REQUEST = "request"
    CONNECT = "connect"
    POLL = "poll"
    WHATIF = "whatif"
    NOTICE = "notice"


class ShortcutId(StrEnum):
    """`callback_id` of shortcuts; the manifest names them too."""

    COMMENT_FROM_MESSAGE = "comment_from_message"


SECRET = "secret"  # noqa: S105 - a name, no password
"""An input block whose name begins so holds a secret: what was typed there is never kept on disk."""

RETIRED: frozenset[str] = frozenset()
"""Ids that old messages may still carry; a click on one is answered with a sentence."""
