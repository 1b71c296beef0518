"""What channels and runbooks are told of a database cutover. The one rule: it names project, preview and who asked.

Cards carry no moments that pass by themselves: one that says the same is not edited.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime

from bot.blocks import parts
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, coded, duration, join, literal, phrase, user, when
from bot.model import EMPTY, Text
from bot.model.cutover_request import CutoverRequest, RequestStatus

GONE = "gone"
"""Our own word for a request that CapyDB lists no more."""
_STATES: dict[str, tuple[str, str]] = {
    RequestStatus.OPEN: ("📨", "requested, waiting for an operator"),
    RequestStatus.ACKED: ("👀", "taken up by an operator"),
    RequestStatus.IN_PROGRESS: ("⏳", "in progress: production is backed up and replaced"),
    RequestStatus.COMPLETED: ("✅", "completed"),
    RequestStatus.REJECTED: ("⛔", "rejected"),
    GONE: ("🕳️", "not listed by CapyDB any more"),
}
_VANISHED = "CapyDB deletes a request together with its preview or project: it may have expired or been deleted."
_NO_TICKET = "⚠️ Without a ticket reference CapyDB's operators do not carry it out."


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as people see it. `user_id`: who asked in Slack, empty where the bot does not know; `now` aware UTC.

    `task`: the runbook task it is for; `finishes`: completion finishes that task.
    """

    request: CutoverRequest
    project: Text
    preview: Text
    now: datetime
    user_id: str = ""
    task: Text | None = None
    expires_at: datetime | None = None
    finishes: bool = False


def state(status: str) -> Mrkdwn:
    """A state with its sign; an unknown one as CapyDB writes it."""
    return join(" ", _said(status))


def _said(status: str) -> tuple[Mrkdwn, Mrkdwn]:
    sign, words = _STATES.get(status, ("❔", ""))
    return Mrkdwn(sign), Mrkdwn(words) if words else literal(status, 60)


def what(view: RequestView) -> Mrkdwn:
    """Which data become production."""
    return phrase(
        "Preview {preview} → production of {project}", preview=bold(view.preview, 60), project=bold(view.project, 60)
    )


def card(view: RequestView) -> Message:
    """The card that stands in the channel and is edited as the request moves."""
    request = view.request
    who = phrase("Requested by {who}", who=user(view.user_id)) if view.user_id else None
    rows = [
        join("\n", [what(view), state(request.status)]),
        join("\n", [_task(view), _ticket(request), *_remarks(request), *_results(request), _expiry(view)]),
    ]
    foot = join(" · ", [who, _id(request)])
    blocks = [parts.header("Database cutover"), *(parts.section(row) for row in rows if row)]
    return message([*blocks, parts.context(foot)])


def news(view: RequestView) -> Message:
    """One change of state, told once."""
    request = view.request
    sign, words = _said(request.status)
    head = phrase("{sign} *Database cutover* · {words}", sign=sign, words=words)
    task = phrase("📋 Task {task}", task=view.task) if view.task is not None else None
    gone = Mrkdwn(_VANISHED) if request.status == GONE else None
    lines = [head, what(view), gone, task, *_remarks(request), *_results(request)]
    asked = phrase("Requested by {who}", who=user(view.user_id)) if view.user_id else None
    return message([parts.section(join("\n", lines)), *([parts.context(asked)] if asked else [])])


def expires(view: RequestView) -> Message:
    """The preview may be gone before the cutover."""
    left = duration((view.expires_at - view.now).total_seconds()) if view.expires_at else "–"
    head = phrase("⌛ The preview {preview} expires in {left}.", preview=bold(view.preview, 60), left=Mrkdwn(left))
    told = phrase(
        "Its cutover is not carried out yet ({state}). When the preview expires, CapyDB deletes the request with it: "
        "prolong the preview, or speak to CapyDB.",
        state=state(view.request.status),
    )
    asked = phrase("{who}, you asked for it.", who=user(view.user_id)) if view.user_id else None
    return message([parts.section(join("\n", [head, told, asked]))])


def unseen(view: RequestView, sentence: str) -> Message:
    """CapyDB has not answered for a while."""
    head = phrase("🔌 The bot cannot see what becomes of the database cutover.\n{what}", what=what(view))
    return message([parts.section(join("\n", [head, coded(sentence), Mrkdwn("It goes on looking.")]))])


def unfinished(view: RequestView, sentence: str, hint: str) -> Message:
    """The task was to be finished with the cutover, and could not."""
    head = phrase(
        "⚠️ The database cutover is completed, but {task} was not finished.", task=view.task or Text("its task")
    )
    return message([parts.section(join("\n", [head, coded(sentence), coded(hint) if hint else None]))])


def comment(view: RequestView) -> str:
    """The same as Cutover's HTML, for the task: one paragraph, the state first."""
    request = view.request
    _, words = _STATES.get(request.status, ("", ""))
    names = f"preview {_plain(view.preview)}, production of {_plain(view.project)}"
    first = request.status == RequestStatus.OPEN
    facts = [
        ("Reason", request.rejected_reason),
        ("Backup of production before it", Text(request.backup_id)),
        ("Operator", request.operator_note if not request.is_final else EMPTY),
        ("Ticket", request.ticket if first else EMPTY),
    ]
    told = [_VANISHED] if request.status == GONE else []
    told += [f"{name}: {_plain(value, 600).rstrip('.')}." for name, value in facts if value]
    said = words or _plain(Text(request.status))
    line = " ".join([f"CapyDB database cutover ({names}): {said}.", *told, f"Request {_plain(Text(request.id))}."])
    return f"<p>{html.escape(line, quote=False)}</p>"


def _plain(value: Text, limit: int = 80) -> str:
    return " ".join(value.raw.split())[:limit]


def _task(view: RequestView) -> Mrkdwn | None:
    if view.task is None:
        return None
    more = ", which is finished when this completes" if view.finishes and not view.request.is_final else ""
    return phrase("📋 Task {task}{more}", task=view.task, more=Mrkdwn(more))


def _ticket(request: CutoverRequest) -> Mrkdwn | None:
    if request.ticket:
        return phrase("🎫 {ticket}", ticket=literal(request.ticket, 120))
    return Mrkdwn(_NO_TICKET) if request.is_active else None


def _remarks(request: CutoverRequest) -> list[Mrkdwn | None]:
    return [
        phrase("Reason: {it}", it=literal(request.rejected_reason, 600)) if request.rejected_reason else None,
        phrase("Operator: {it}", it=literal(request.operator_note, 600))
        if request.operator_note and not request.is_final
        else None,
    ]


def _results(request: CutoverRequest) -> list[Mrkdwn | None]:
    job = request.job_id and not request.completed_at
    return [
        phrase("💾 Backup of production before it: {it}", it=request.backup_id) if request.backup_id else None,
        phrase("Job {it}", it=request.job_id) if job else None,
        phrase("Completed {at}", at=when(request.completed_at)) if request.completed_at else None,
    ]


def _expiry(view: RequestView) -> Mrkdwn | None:
    if view.expires_at is None or view.request.status not in (RequestStatus.OPEN, RequestStatus.ACKED):
        return None
    return phrase("⌛ The preview expires {at}", at=when(view.expires_at))


def _id(request: CutoverRequest) -> Mrkdwn:
    asked = phrase("{at}", at=when(request.created_at)) if request.created_at else None
    return join(" · ", [asked, phrase("CapyDB {id}", id=request.id)])
