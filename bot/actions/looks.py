"""Whether an effect is there. The one rule: only reads; used when a write had no answer, and after a crash.

Each look answers True (the effect is there), False (it is not) or None (cannot be told from outside).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from bot.cutover import CutoverClient
from bot.journal import Intent
from bot.model import Ref, RunbookStage

Look = Callable[[CutoverClient, Intent], Awaitable[bool | None]]
_SKEW: Final = timedelta(minutes=2)
_NEWEST: Final = 500


def asked_of(intent: Intent) -> str:
    """Whom an intent is about, and so who is asked what became of it."""
    return "CapyDB" if intent.verb.startswith("capydb.") else "Cutover"


async def task_started(client: CutoverClient, intent: Intent) -> bool | None:
    task = await client.get_runbook_task(intent.runbook_id, intent.task_id)
    if task.is_running or task.is_complete:
        return True
    return None if task.needs_everyone_to_start else False


async def task_finished(client: CutoverClient, intent: Intent) -> bool | None:
    task = await client.get_runbook_task(intent.runbook_id, intent.task_id)
    if task.is_complete:
        return True
    return None if task.needs_everyone_to_end else False


async def task_assigned(client: CutoverClient, intent: Intent) -> bool | None:
    task = await client.get_runbook_task(intent.runbook_id, intent.task_id)
    wanted = {Ref("user", str(user)) for user in intent.wish.get("users", ())}
    return None if task.assignees is None else wanted <= set(task.assignees)


async def task_edited(client: CutoverClient, intent: Intent) -> bool | None:
    task = await client.get_runbook_task(intent.runbook_id, intent.task_id)
    name = intent.wish.get("name")
    return None if name is None else task.name.raw == name


async def task_created(client: CutoverClient, intent: Intent) -> bool | None:
    """A task of that name made since the wish; the list can be long, so it is walked."""
    name, since = intent.wish.get("name"), intent.at - _SKEW.total_seconds()
    async for task in client.list_runbook_tasks(intent.runbook_id, page_size=100):
        if task.name.raw == name and (task.created_at is None or task.created_at.timestamp() >= since):
            return True
    return False


async def runbook_created(client: CutoverClient, intent: Intent) -> bool | None:
    name, since = str(intent.wish.get("name", "")), intent.at - _SKEW.total_seconds()
    for runbook in await client.list_runbooks(query=name).all(_NEWEST):
        if runbook.name.raw == name and runbook.created_at and runbook.created_at.timestamp() >= since:
            return True
    return False


async def runbook_edited(client: CutoverClient, intent: Intent) -> bool | None:
    runbook = await client.get_runbook(intent.runbook_id)
    name = intent.wish.get("name")
    return None if name is None else runbook.name.raw == name


async def status_set(client: CutoverClient, intent: Intent) -> bool | None:
    runbook = await client.get_runbook(intent.runbook_id)
    wanted = (intent.wish.get("status"), intent.wish.get("message") or "")
    return (runbook.status, runbook.status_message.raw) == wanted


async def commented(client: CutoverClient, intent: Intent) -> bool | None:
    """Whether the comment is there. Cutover may tidy the HTML, so texts are compared without tags and spaces.

    People say "still waiting" twice, and Cutover's comments carry no time: `wish["same"]` is how many with these words
    were there before.
    """
    wanted, before = _bare(str(intent.wish.get("content", ""))), int(intent.wish.get("same", 0))
    comments = client.list_runbook_comments(intent.runbook_id, task_id=intent.task_id or None)
    async for comment in comments:
        before -= _bare(comment.content.raw) == wanted
        if before < 0:
            return True
    return False


async def recorded(client: CutoverClient, intent: Intent) -> bool | None:
    """What was only asked for: the record is the effect."""
    return True


def stage(*stages: str) -> Look:
    """A look at the stage of the runbook."""

    async def look(client: CutoverClient, intent: Intent) -> bool | None:
        return (await client.get_runbook(intent.runbook_id)).stage in stages

    return look


def _bare(html: str) -> str:
    text, inside = [], False
    for ch in html:
        inside = ch == "<" or (inside and ch != ">")
        if not inside and ch != ">" and not ch.isspace():
            text.append(ch)
    return "".join(text)


LOOKS: Final[dict[str, Look]] = {
    "task.start": task_started,
    "task.finish": task_finished,
    "task.skip": task_finished,
    "task.assign": task_assigned,
    "task.edit": task_edited,
    "task.create": task_created,
    "task.comment": commented,
    "runbook.start": stage(RunbookStage.ACTIVE, RunbookStage.PAUSED, RunbookStage.COMPLETE, RunbookStage.CANCELED),
    "runbook.ask_live": recorded,
    "runbook.ask_cancel": recorded,
    "runbook.pause": stage(RunbookStage.PAUSED),
    "runbook.resume": stage(RunbookStage.ACTIVE, RunbookStage.COMPLETE),
    "runbook.cancel": stage(RunbookStage.CANCELED),
    "runbook.status": status_set,
    "runbook.comment": commented,
    "runbook.create": runbook_created,
    "runbook.edit": runbook_edited,
}
