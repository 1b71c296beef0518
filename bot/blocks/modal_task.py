"""Modals for one task: skip, comment, assign. The one rule: what is sent to Cutover stands in the form before."""

from __future__ import annotations

from bot.blocks import forms, parts, words
from bot.blocks.board import title as runbook_title
from bot.blocks.card import TaskView
from bot.blocks.clean import clean, cut
from bot.blocks.forms import AssignForm, CommentForm, Errors, SkipForm, State
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import View
from bot.blocks.picks import options_runbooks, options_tasks
from bot.blocks.text import Mrkdwn, join, literal, phrase
from bot.blocks.values import CommentMeta, TaskMeta, encode_meta
from bot.model import Runbook, Task, Text

COMMENT_LIMIT = 3_000


def about(view: TaskView) -> parts.Block:
    """Which task a form is about, and in what kind of run."""
    book = view.runbook
    where = join(" · ", [words.run_type(book.run_type), literal(book.name, 80)])
    return parts.section(join("\n", [words.task_name(view.task, 120), where]))


def skip_task(view: TaskView, *, meta: TaskMeta, reason: Text | None = None) -> View:
    """Skipping needs a reason; it becomes a comment of the runbook."""
    initial = clean(reason.raw, lines=True) if reason else None
    box = parts.text_input(
        initial=initial if initial and forms.fits(initial, 1_000) else None, lines=True, longest=1_000
    )
    blocks = [
        about(view),
        parts.field("Reason", box, "reason", hint="Everybody who reads the runbook sees it."),
    ]
    return View(
        parts.modal("Skip task", ViewId.SKIP_TASK, blocks, submit="Skip", meta=encode_meta(meta), close="Go back")
    )


def read_skip(state: State) -> SkipForm | Errors:
    """The reason as sent."""
    reason = forms.text(state, "reason")
    return SkipForm(reason) if reason else {"reason": "Say why it is skipped."}


def comment(
    *, meta: CommentMeta, runbook: Runbook | None = None, task: Task | None = None, text: Text | str = ""
) -> View:
    """A comment on a task or runbook. Without a `runbook` it asks which; `text` is preset.

    A preset over 3,000 characters (Slack's limit of a text box) is cut and says so.
    """
    raw = text.raw if isinstance(text, Text) else text
    preset = clean(raw, lines=True)
    whole = forms.fits(preset, COMMENT_LIMIT)
    initial = preset if whole else cut(preset, COMMENT_LIMIT)
    chosen_runbook = options_runbooks([runbook])[0] if runbook is not None else None
    chosen_task = options_tasks([task])[0] if task is not None else None
    blocks = []
    if runbook is not None and meta.r is not None:
        blocks.append(parts.section(phrase("📘 {name}", name=Text(runbook_title(runbook)))))
    else:
        menu = parts.external_select(ActionId.CHOOSE_RUNBOOK, "Type part of its name", initial=chosen_runbook)
        blocks.append(parts.field("Runbook", menu, "runbook"))
    if task is not None and meta.t is not None:
        blocks.append(parts.section(words.task_name(task, 120)))
    else:
        menu = parts.external_select(ActionId.CHOOSE_TASK, "Type part of its name", initial=chosen_task)
        blocks.append(parts.field("Task", menu, "task", hint="Empty: on the runbook as a whole.", optional=True))
    blocks.append(parts.field("Comment", parts.text_input(initial=initial, lines=True), "text"))
    if not whole:
        blocks.append(parts.context(Mrkdwn("✂️ The message was longer than a comment form takes: it is cut.")))
    if meta.permalink:
        blocks.append(parts.context(Mrkdwn("A link to the Slack message is added.")))
    return View(parts.modal("Add a comment", ViewId.COMMENT, blocks, submit="Add", meta=encode_meta(meta)))


def read_comment(state: State) -> CommentForm | Errors:
    """A comment and where it goes, as sent."""
    text = forms.text(state, "text")
    if not text:
        return {"text": "Write something."}
    if forms.has(state, "runbook") and forms.choice(state, "runbook") is None:
        return {"runbook": "Choose a runbook."}
    return CommentForm(forms.choice(state, "runbook"), forms.choice(state, "task"), text)


def assign(view: TaskView, *, meta: TaskMeta) -> View:
    """Who should do a task."""
    menu = parts.users_select(ActionId.INPUT, "Choose people", many=True)
    flag = [parts.option("Take the task from everybody else", "replace")]
    now = phrase("Now: {who}", who=words.owners(view.task, view.names, 6))
    blocks = [
        about(view),
        parts.context(now),
        parts.field("People", menu, "people", hint="They must be participants of this runbook in Cutover."),
        parts.field("Others", parts.choices("checkboxes", flag), "others", optional=True),
    ]
    return View(parts.modal("Assign task", ViewId.ASSIGN, blocks, submit="Assign", meta=encode_meta(meta)))


def read_assign(state: State) -> AssignForm | Errors:
    """The people as sent."""
    people = forms.users(state, "people")
    if not people:
        return {"people": "Choose at least one person."}
    return AssignForm(people, "replace" in forms.choices(state, "others"))
