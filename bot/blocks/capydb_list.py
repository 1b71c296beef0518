"""The list of CapyDB's cutover requests. The one rule: active ones first, and what is not shown is counted."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import parts
from bot.blocks.capydb_post import RequestView, state
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, coded, duration, join, literal, phrase, user
from bot.blocks.values import PreviewValue, encode
from bot.model import Text

SHOWN = 8


def requests(views: Sequence[RequestView], *, words: str = "", only: Text | None = None) -> Message:
    """`words`: what was searched for; `only`: the one project there is."""
    where = phrase(" of {name}", name=only) if only is not None else Mrkdwn("")
    found = phrase(" with “{words}”", words=words) if words else Mrkdwn("")
    head = phrase("🗄️ CapyDB cutover requests{where}{found}: {count}", where=where, found=found, count=len(views))
    blocks = [parts.section(head)]
    blocks += [parts.section(_entry(view, named=only is None)) for view in views[:SHOWN]]
    if len(views) > SHOWN:
        more = f"+{len(views) - SHOWN} older or finished ones. `/cutover requests <words>` narrows the list."
        blocks.append(parts.context(coded(more)))
    ask = parts.button("Request database cutover", ActionId.REQUEST_OPEN, encode(PreviewValue(p="")))
    again = parts.button("Refresh", ActionId.REQUEST_LIST, encode(PreviewValue(p="", d=words[:100])))
    return message([*blocks, parts.actions(ask, again)])


def _entry(view: RequestView, *, named: bool) -> Mrkdwn:
    """One idea a line: what and in which state, who and since when, ticket, notes, results."""
    request = view.request
    of = phrase(" of {name}", name=view.project) if named else Mrkdwn("")
    head = phrase("{preview}{of} · {state}", preview=bold(view.preview, 60), of=of, state=state(request.status))
    ticket = phrase("🎫 {it}", it=literal(request.ticket, 120)) if request.ticket else Mrkdwn("no ticket reference")
    facts = [
        ("Reason", request.rejected_reason),
        ("Operator", request.operator_note),
        ("Note", request.note),
        ("Backup before it", Text(request.backup_id)),
    ]
    told = [phrase("{name}: {it}", name=name, it=literal(value, 300)) for name, value in facts if value]
    task = phrase("📋 {task}", task=view.task) if view.task is not None else None
    return join("\n", [head, join(" · ", [_who(view), _age(view), ticket, task]), *told])


def _who(view: RequestView) -> Mrkdwn:
    if view.user_id:
        return phrase("by {who}", who=user(view.user_id))
    request = view.request
    kind = request.requested_by_kind.replace("_", " ") or "somebody"
    return phrase("by {who}", who=f"{kind} {request.requested_by_id}".strip())


def _age(view: RequestView) -> Mrkdwn | None:
    at = view.request.created_at
    return Mrkdwn(f"{duration(max(0.0, (view.now - at).total_seconds()))} ago") if at is not None else None
