"""What several listeners say. The one rule: who did it and when, in one line."""

from __future__ import annotations

from bot.actions import NotReady, Result, ResultKind, TaskActions
from bot.blocks.message import Message
from bot.blocks.text import Mrkdwn, coded, phrase, user, when
from bot.cutover import CutoverClient
from bot.errors import CutoverError
from bot.model import Comment, EndRule, RunbookStage, StartRule, Task
from handlers.ask import Ask
from handlers.cards import Cards

_COMMENTS = 500
_NOT_RUNNING: dict[str, str] = {
    RunbookStage.PLANNING: "The runbook has not been started yet: `/runbook start` does that.",
    RunbookStage.PAUSED: "The runbook is paused: `/runbook resume` goes on with it.",
    RunbookStage.CANCELED: "The runbook was canceled.",
    RunbookStage.COMPLETE: "The runbook is complete.",
}


def told(result: Result[Task], verb: str, ask: Ask) -> Mrkdwn:
    """One line on top of the card: `verb` is started, finished or skipped."""
    if result.kind is ResultKind.DONE:
        return phrase("✅ You {verb} this.", verb=verb)
    if result.kind is ResultKind.COUNTED and _one_is_enough(result.value, verb):
        return phrase("☑️ Cutover took it, and does not show this task as {verb} yet.", verb=verb)
    if result.kind is ResultKind.COUNTED:
        return phrase("☑️ Counted. Others have to press too before this task is {verb}.", verb=verb)
    if not (result.value.is_complete or (verb == "started" and result.value.is_running)):
        return _pressed(result, verb, ask)
    if result.by is None:
        return phrase("ℹ️ Already {verb}, in Cutover. Nothing was sent.", verb=_state(result.value, verb))
    done, at = _state(result.value, verb), when(result.by.at, ask.now)
    if result.by.user_id == ask.user_id:  # a double click ends here too, so it reads as the success it is
        return phrase("✅ You {verb} this already, at {at}.", verb=done, at=at)
    who = user(result.by.user_id)
    return phrase("ℹ️ Already {verb} by {who} at {at}. Nothing was sent.", verb=done, who=who, at=at)


def _pressed(result: Result[Task], verb: str, ask: Ask) -> Mrkdwn:
    """Everyone assigned has to press; to Cutover all who press here without their own token are one account."""
    if result.own:
        return phrase("☑️ You have pressed already. Others have to press too before this task is {verb}.", verb=verb)
    who = (
        phrase(", by {who} at {at}", who=user(result.by.user_id), at=when(result.by.at, ask.now)) if result.by else None
    )
    return phrase(
        "☑️ The bot's account has pressed already{who}. The others have to press in Cutover before this task is {verb}.",
        who=who or Mrkdwn(""),
        verb=verb,
    )


def _one_is_enough(task: Task, verb: str) -> bool:
    if verb == "started":
        return task.start_requirements == StartRule.ANY
    return task.end_requirements in (EndRule.ANY, EndRule.SAME)


def _state(task: Task, verb: str) -> str:
    """What is true of the task now: somebody who presses Start on a finished task reads that it is finished."""
    if task.is_complete:
        return "skipped" if task.is_skipped else "finished"
    return verb


async def not_ready(cards: Cards, refusal: NotReady) -> Message:
    """The card with the reason: that of the runbook where it does not run, else the task's own."""
    cards.forget(refusal.task.runbook_id)
    stage = (await cards.runbook_of(refusal.task.runbook_id)).stage
    hint = _NOT_RUNNING.get(stage, refusal.hint)
    note = phrase("⛔ {sentence} {hint}", sentence=coded(refusal.sentence), hint=coded(hint))
    return await cards.task(refusal.task, note, refusal.waiting_for)


async def full_card(client: CutoverClient, tasks: TaskActions, cards: Cards, task: Task) -> Message:
    """A task with what it waits for and its newest comments; what cannot be read now is left out."""
    waiting = await tasks.waiting_for(task) if task.is_waiting else ()
    comments: list[Comment] = []
    if task.comments_count:
        try:
            comments = await client.list_runbook_comments(task.runbook_id, task_id=task.id).all(_COMMENTS)
        except CutoverError:
            comments = []
    return await cards.task(task, None, waiting, comments)
