"""A go/no-go poll as its channel sees it. The one rule: who is asked, what they said and what it takes stand there."""

from __future__ import annotations

import html
from datetime import UTC, datetime

from bot.blocks import parts
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, join, literal, phrase, user, when
from bot.blocks.values import PollValue, TaskValue, encode
from bot.model import Text
from bot.model.poll import Choice, Poll, Verdict, Voter

_SIGNS = {Choice.GO: "✅ Go", Choice.NO_GO: "⛔ No-go", Choice.ABSTAIN: "➖ Abstains"}
_VERDICTS = {
    Verdict.GO: "✅ *Go*",
    Verdict.NO_GO: "⛔ *No-go*",
    Verdict.UNDECIDED: "❔ *Not decided*: nobody against, but too few for it",
}


def poll(told: Poll) -> Message:
    """The post: open with its buttons, or closed with what comes next."""
    head = phrase("🗳️ Go / no-go: {question}", question=bold(Text(told.question), 200))
    named = told.question.strip() == told.task_name.strip()
    about = None if named else phrase("for {task}", task=literal(Text(told.task_name), 120))
    lines = [_line(told, voter) for voter in told.voters]
    state = _rule(told) if told.verdict is None else _result(told)
    asked = [user(voter.user) for voter in told.voters if told.verdict is None and voter.user not in told.votes]
    waits = phrase("Waiting for {who}", who=join(" ", asked)) if asked else None
    blocks = [parts.section(join("\n", [head, about, state])), parts.section(join("\n", [*lines, waits]))]
    blocks.append(parts.context(phrase("opened by {who} at {at}", who=user(told.by), at=when(_at(told.at)))))
    blocks.append(parts.actions(*(_open_buttons(told) if told.verdict is None else _next_buttons(told))))
    return message(blocks)


def _line(told: Poll, voter: Voter) -> Mrkdwn:
    said = told.votes.get(voter.user)
    sign = _SIGNS[said] if said is not None else "⬜"
    role = literal(Text(voter.role), 50) if voter.role else None
    who = join(", ", [literal(Text(voter.name), 50), role])
    return phrase("{sign} · {who}", sign=Mrkdwn(sign), who=who)


def _rule(told: Poll) -> Mrkdwn:
    people = "the go of 1 person" if told.quorum == 1 else f"the go of {told.quorum} people"
    needs = f"Takes {people} and nobody against"
    return phrase("{needs} · until {at}", needs=Mrkdwn(needs), at=when(_at(told.closes_at)))


def _result(told: Poll) -> Mrkdwn:
    assert told.verdict is not None
    counts = f"{told.count(Choice.GO)} go, {told.count(Choice.NO_GO)} no-go, {len(told.voters)} asked"
    how = phrase("ended by {who}", who=user(told.closed_by)) if told.closed_by else None
    return join(" · ", [Mrkdwn(_VERDICTS[told.verdict]), Mrkdwn(counts), how])


def _open_buttons(told: Poll) -> tuple[parts.Element, ...]:
    value = encode(PollValue(k=told.key))
    return (
        parts.button("Go", ActionId.POLL_GO, value, style="primary"),
        parts.button("No-go", ActionId.POLL_NO, value, style="danger"),
        parts.button("Abstain", ActionId.POLL_ABSTAIN, value),
        parts.button("End now", ActionId.POLL_CLOSE, value),
    )


def _next_buttons(told: Poll) -> tuple[parts.Element | None, ...]:
    """On go the form that finishes the task, with its branches to choose; else its card."""
    value = encode(TaskValue(r=told.runbook, t=told.task, ask=True))
    go = told.verdict is Verdict.GO
    finish = parts.button("Finish the task…", ActionId.TASK_FINISH_ASK, value, style="primary") if go else None
    return finish, parts.button("Show task", ActionId.TASK_SHOW, encode(TaskValue(r=told.runbook, t=told.task)))


def comment(told: Poll) -> str:
    """The result as a comment for Cutover (its HTML subset): who said what, and what it took."""
    assert told.verdict is not None
    words = {Verdict.GO: "GO", Verdict.NO_GO: "NO-GO", Verdict.UNDECIDED: "NOT DECIDED"}
    said = {Choice.GO: "go", Choice.NO_GO: "no-go", Choice.ABSTAIN: "abstains"}
    rows = []
    for voter in told.voters:
        choice = told.votes.get(voter.user)
        role = f", {voter.role}" if voter.role else ""
        rows.append(f"<li>{html.escape(f'{voter.name}{role}')}: {said[choice] if choice else 'no vote'}</li>")
    head = f"{words[told.verdict]}: {told.question} (quorum {told.quorum} of {len(told.voters)})"
    return f"<p>{html.escape(head)}</p><ul>{''.join(rows)}</ul>"


def _at(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)
