"""By how much the end of a run moved, and why. The one rule: since when is said, and who is not known is not named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from bot.blocks import words
from bot.blocks.text import Mrkdwn, duration, phrase, when
from bot.model import Task
from bot.plan import Moved
from bot.plan.drift import COUNTS, PAUSE, TASK

_MOST: Final = 0.8
"""From this part of a move on it is all because of one thing."""


def end_moved(told: Moved | None, task: Task | None, now: datetime) -> Mrkdwn | None:
    """`↪️ The end moved *12 min later* since 14:00, because of #34 Core switch`; None where it did not move.

    `task`: the one that `told` names, None where it is gone from the run.
    """
    if told is None or abs(told.seconds) < COUNTS:
        return None
    moved = Mrkdwn(f"*{duration(abs(told.seconds))} {'later' if told.seconds > 0 else 'earlier'}*")
    at = when(datetime.fromtimestamp(told.since, UTC), now)
    since = phrase("the bot began to watch it at {at}", at=at) if told.whole else at
    line = phrase("↪️ The end moved {moved} since {since}", moved=moved, since=since)
    why = because(told, task)
    return phrase("{line}, {why}", line=line, why=why) if why else line


def because(told: Moved, task: Task | None) -> Mrkdwn | None:
    """`9 min of it because of #34 Core switch`; None where nobody knows why."""
    if told.because == PAUSE:
        why = Mrkdwn("while the run was paused")
    elif told.because == TASK:
        name = words.task_name(task, 60) if task is not None else Mrkdwn("a task that is gone")
        why = phrase("because of {name}", name=name)
    else:
        return None
    if abs(told.most) >= _MOST * abs(told.seconds):
        return why
    return phrase("{most} of it {why}", most=Mrkdwn(duration(abs(told.most))), why=why)
