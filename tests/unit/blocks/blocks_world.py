"""Every surface that `bot.blocks` can build, made from one text. Names as in the shared fixture world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.blocks import card, lists, modals, say
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, View
from bot.blocks.text import phrase
from bot.blocks.values import (
    CommentMeta,
    CreateMeta,
    ListValue,
    PickValue,
    RunbookMeta,
    StageMeta,
    StartMeta,
    TaskMeta,
    TaskValue,
)
from bot.errors import BadInput, BotError, Finding, NotAllowed, RateLimited, Refused, UnknownOutcome
from bot.model import Comment, CustomField, Person, Ref, Runbook, Stream, Task, TaskType, Text

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
DANA, SAM = "U0DANA00001", "U0SAM000002"


def runbook(text: str = "Data centre fail-over", **changes: Any) -> Runbook:
    made = Runbook(
        id="71",
        name=Text(text),
        stage="active",
        status="amber",
        status_message=Text(text),
        description=Text(text),
        run_type="rehearsal",
        start_actual=NOW - timedelta(minutes=50),
        end_planned=NOW + timedelta(hours=3),
        end_forecast=NOW + timedelta(hours=3, minutes=25),
        updated_at=NOW - timedelta(minutes=1),
    )
    return replace(made, **changes)


def task(text: str = "Stop replication", **changes: Any) -> Task:
    made = Task(
        id="412",
        runbook_id="71",
        name=Text(text),
        stage="in_progress",
        number=12,
        description=Text(text),
        duration=900,
        stream_id="5",
        task_type_id="1",
        assignees=(Ref("user", "3"), Ref("runbook_team", "8")),
        start_planned=NOW - timedelta(minutes=30),
        end_planned=NOW - timedelta(minutes=15),
        start_actual=NOW - timedelta(minutes=20),
        end_fixed=NOW - timedelta(minutes=5),
        updated_at=NOW - timedelta(minutes=20),
        is_late=True,
        comments_count=1,
    )
    return replace(made, **changes)


def startable(text: str = "Promote the standby", **changes: Any) -> Task:
    return task(
        text,
        **{"id": "413", "number": 13, "stage": "startable", "start_actual": None, "end_fixed": None, "is_late": False}
        | changes,
    )


def names(text: str) -> dict[Ref, Text]:
    return {Ref("user", "3"): Text(text), Ref("runbook_team", "8"): Text(text)}


def stream(text: str = "Database", **changes: Any) -> Stream:
    return replace(Stream(id="5", runbook_id="71", name=Text(text), status="red", status_message=Text(text)), **changes)


def kind(text: str = "Normal") -> TaskType:
    return TaskType(id="1", name=Text(text), key="normal")


def task_view(text: str = "Stop replication", **changes: Any) -> card.TaskView:
    made = card.TaskView(
        task=task(text),
        runbook=runbook(text),
        now=NOW,
        stream=stream(text),
        task_type=kind(text),
        names=names(text),
        waiting_for=(task(text, id="410", number=10),),
        comments=(Comment("1", Text(f"<p>{text}</p>"), "412", "3", NOW),),
        note=phrase("{who} has it.", who=Text(text)),
    )
    return replace(made, **changes)


def runbook_view(text: str = "Data centre fail-over", **changes: Any) -> card.RunbookView:
    made = card.RunbookView(
        runbook=runbook(text),
        now=NOW,
        streams=(stream(text), stream(text, id="6", status="green")),
        counts={"5": card.Counts(10, 1, 1, 8, 2, 1), "6": card.Counts(0, 0, 0, 10, 0, 0)},
        running=(task(text),),
        startable=(startable(text),),
        names=names(text),
        features=frozenset({"pause", "resume", "cancel"}),
    )
    return replace(made, **changes)


def fields(text: str) -> list[CustomField]:
    def one(number: int, kind: str, options: int = 0, required: bool = True) -> CustomField:
        choices = tuple(Text(f"{text} {i}") for i in range(options))
        return CustomField(str(number), Text(text), Text(text), kind, choices, required, "task_end")

    return [
        one(1, "text"),
        one(2, "single_select", 3),
        one(3, "multi_select", 4, required=False),
        one(4, "radiobox", 3),
        one(5, "checkboxes", 12),
        one(6, "single_select", 250),
        one(7, "a_kind_of_tomorrow"),
        one(8, "textarea", required=False),
    ]


def explain(finding: Finding) -> tuple[str, str]:
    return finding.detail.raw or "Some teams are empty.", "Give each team a member."


def severity(code: str) -> str:
    return "warning" if code.endswith("late_tasks") else "error"


def found(text: str) -> list[Finding]:
    return [Finding("runbooks.start.empty_teams", Text(text)), Finding("runbooks.start.late_tasks", Text(text))]


START = StartMeta(r="71", seen="planning.0", channel="C0DCFAILOVR", name="Data centre fail-over")
TASK = TaskMeta(r="71", t="412", channel="C0DCFAILOVR", message_ts="1790000000.000100")
BOOK = RunbookMeta(r="71", channel="C0DCFAILOVR")
PICK = PickValue(command="task", verb="finish", rest="", r="71")
LINK = "https://harbour-bank.slack.com/archives/C0DCFAILOVR/p1790000000000100"


def _cards(t: str) -> dict[str, Message]:
    waiting = task(t, stage="default", start_actual=None, start_fixed=NOW, start_requirements="all_must_start")
    done = task(t, stage="complete", completion_type="complete_skipped", end_actual=NOW)
    live = runbook(t, run_type="live")
    planning = runbook(t, stage="planning", run_type=None, start_actual=None, end_forecast=None, start_planned=NOW)
    return {
        "card_task_running": card.task(task_view(t)),
        "card_task_startable_live": card.task(task_view(t, task=startable(t), runbook=live, waiting_for=())),
        "card_task_asks": card.task(task_view(t, asks=True)),
        "card_task_waiting": card.task(task_view(t, task=waiting)),
        "card_task_done": card.task(task_view(t, task=done)),
        "card_task_unknown": card.task(task_view(t, task=task(t, stage=t, end_requirements=t, start_requirements=t))),
        "card_task_working": card.task_working(task_view(t), "finish"),
        "card_runbook_active": card.runbook(runbook_view(t)),
        "card_runbook_planning": card.runbook(runbook_view(t, runbook=planning, running=(), startable=(), counts={})),
        "card_runbook_paused_live": card.runbook(runbook_view(t, runbook=replace(live, stage="paused"))),
        "card_runbook_unknown": card.runbook(runbook_view(t, runbook=runbook(t, stage=t, status=t, run_type=t))),
    }


def _lists(t: str) -> dict[str, Message]:
    page = ListValue(r="71", kind="late", arg=t[:40], page=2)
    book = runbook(t)
    items = [task(t), *[startable(t, id=str(i)) for i in range(9)]]
    many = [replace(book, id=str(i)) for i in range(10)]
    lanes = {"5": stream(t)}
    return {
        "list_tasks": lists.tasks(
            book, items, title=t, names=names(t), streams=lanes, page=2, total=35, value=page, now=NOW
        ),
        "list_tasks_empty": lists.tasks(
            book, [], title="Late", names={}, streams={}, page=1, total=0, value=page, now=NOW
        ),
        "list_runbooks": lists.runbooks(many, title=t, linked="3", page=1, total=12, value=page, now=NOW),
        "list_streams": lists.streams(book, [stream(t, id=str(i)) for i in range(30)], {}, NOW),
        "pick_task": lists.pick_task(f"Which {t}?", items, PICK, more=4),
        "pick_runbook": lists.pick_runbook(f"Which {t}?", many, PICK),
        "ask_task": lists.ask_task("Which task?", PICK),
        "ask_runbook": lists.ask_runbook("Which runbook?", PICK),
        "ask_person": lists.ask_person("Who?", PICK),
    }


def _modals(t: str) -> dict[str, View]:
    view = task_view(t)
    live = runbook(t, run_type="live")
    many = [startable(t, id=str(i)) for i in range(14)]
    comment = CommentMeta(channel="C0DCFAILOVR", permalink=LINK, source_ts="1790000000.000100")
    known = comment.model_copy(update={"r": "71", "t": "412"})
    stage_meta = StageMeta(r="71", action="cancel")
    shown = modals.findings_blocks(runbook(t), found(t), explain, severity)
    return {
        "modal_loading": modals.loading("Start runbook"),
        "modal_notice": modals.notice(t, card.task(view)),
        "modal_start": modals.start_runbook(runbook(t), allow_live=False, meta=START),
        "modal_start_live": modals.start_runbook(runbook(t), allow_live=True, meta=START, findings=shown),
        "modal_finish": modals.finish_task(view, many[:3], fields(t), validation=True, meta=TASK),
        "modal_finish_many": modals.finish_task(view, many, [], validation=False, meta=TASK),
        "modal_skip": modals.skip_task(view, meta=TASK, reason=Text(t)),
        "modal_comment": modals.comment(meta=comment, text=Text(t)),
        "modal_comment_known": modals.comment(meta=known, runbook=runbook(t), task=task(t), text=t),
        "modal_comment_preset": modals.comment(meta=comment, runbook=runbook(t), task=task(t), text=t),
        "modal_status": modals.status(runbook(t), meta=BOOK),
        "modal_cancel": modals.stage(live, "cancel", meta=stage_meta),
        "modal_pause": modals.stage(runbook(t), "pause", meta=stage_meta),
        "modal_create_runbook": modals.create_runbook(meta=CreateMeta(), name=t, template=runbook(t)),
        "modal_edit_runbook": modals.edit_runbook(runbook(t), meta=BOOK),
        "modal_create_task": modals.create_task(
            runbook(t), [stream(t)], [kind(t)], meta=CreateMeta(r="71"), name=Text(t)
        ),
        "modal_edit_task": modals.edit_task(
            runbook(t), task(t, level=t[:20] or "x"), [stream(t)], [kind(t)], meta=TASK
        ),
        "modal_assign": modals.assign(view, meta=TASK),
    }


def _answers(t: str) -> dict[str, Message]:
    person = Person("3", "sam.reyes@harbour.example", Text(t), Text(t))
    refused = Refused("Cutover refused this.", "Look at the task.", status=422, detail=Text(t))
    entries = [say.HelpEntry("task", f"verb{i} [{t[:30]}]", t) for i in range(30)]
    value = TaskValue(r="71", t="412", seen="in_progress.0", ask=True)
    book = runbook(t)
    return {
        "say_error": say.error(refused),
        "say_not_allowed": say.error(NotAllowed(f"{t} is not allowed.", t)),
        "say_rate": say.error(RateLimited("Cutover asks us to slow down.", retry_after=20)),
        "say_unknown": say.error(UnknownOutcome("No answer came.", "Look at the task before you try again.")),
        "say_bad_input": say.error(BadInput(t)),
        "say_plain_error": say.error(BotError(t)),
        "say_note": say.note(t, t),
        "say_done": say.done(phrase("You finished {task}.", task=Text(t)), hint=t, buttons=say.task_buttons(task(t))),
        "say_done_runbook": say.done("Started.", buttons=say.runbook_buttons(book)),
        "say_ask": say.ask_to_finish(task(t), value),
        "say_again": say.try_again("Slack was too slow.", ActionId.TASK_SKIP, value),
        "say_help": say.help(entries, "dr-"),
        "say_whoami": say.whoami(DANA, person=person, operator=True, linked_here=book.name),
        "say_findings": modals.findings_message(book, found(t), explain, severity),
        "post_linked": say.linked(book, DANA),
        "post_unlinked": say.unlinked(book.name, DANA),
    }


GROUPS: dict[str, Callable[[str], dict[str, Any]]] = {
    "cards": _cards,
    "lists": _lists,
    "modals": _modals,
    "answers": _answers,
}


def surfaces(text: str) -> dict[str, Message | View]:
    """Everything a person can be shown, with `text` wherever a name, a message or a state comes from outside."""
    return {name: made for group in GROUPS.values() for name, made in group(text).items()}
