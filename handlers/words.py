"""What several listeners say. The one rule: who did it and when, in one line."""

from __future__ import annotations

from bot.actions import Result, ResultKind, TaskActions
from bot.blocks import say
from bot.blocks.ids import ActionId
from bot.blocks.message import Message
from bot.blocks.text import Mrkdwn, phrase, user, when
from bot.blocks.values import Value
from bot.cutover import CutoverClient
from bot.errors import CutoverError
from bot.model import Comment, Task
from handlers.ask import Ask
from handlers.cards import Cards

_COMMENTS = 500


def told(result: Result[Task], verb: str, ask: Ask) -> Mrkdwn:
    """One line on top of the card: `verb` is started, finished or skipped."""
    if result.kind is ResultKind.DONE:
        return phrase("✅ You {verb} this.", verb=verb)
    if result.kind is ResultKind.COUNTED:
        return phrase("☑️ Counted. Others have to press too before this task is {verb}.", verb=verb)
    if result.by is None:
        return phrase("ℹ️ Already {verb}, in Cutover. Nothing was sent.", verb=_state(result.value, verb))
    who = "you" if result.by.user_id == ask.user_id else user(result.by.user_id)
    done = _state(result.value, verb)
    return phrase("ℹ️ Already {verb} by {who} at {at}. Nothing was sent.", verb=done, who=who, at=when(result.by.at))


def _state(task: Task, verb: str) -> str:
    """What is true of the task now: somebody who presses Start on a finished task reads that it is finished."""
    if task.is_complete:
        return "skipped" if task.is_skipped else "finished"
    return verb


def expired(action: ActionId, value: Value) -> Message:
    """Slack lets a modal open only within three seconds of the press."""
    return say.try_again("That took too long for Slack to open a form.", action, value)


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
