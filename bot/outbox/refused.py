"""What becomes of a letter that Slack did not take. The one rule: nothing is lost silently, nobody else is held up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa
import structlog

from bot.blocks.notices import channel_lost
from bot.clock import Clock
from bot.errors import SlackError
from bot.outbox import queue
from bot.outbox.budget import Budget
from bot.outbox.letter import Letter, Waiting
from bot.outbox.queue import Lane
from bot.outbox.verdict import Verdict, verdict
from bot.store.tables import links

_log = structlog.get_logger(__name__)
Units = list[Callable[[sa.Connection], Any]]
_FIRST: Final = 3.0
_GROWTH: Final = 1.8
_LONGEST: Final = 60.0
_TOKEN: Final = 60.0
_PROBE: Final = 3600.0
"""Seconds after which a paused channel is tried again, so that an invitation back is noticed."""
_TRIES: Final = 20
_SPOKEN: Final = ("internal_error", "fatal_error")
"""Slack is there and cannot do it: that ends some time. Where there is no answer at all, the letter waits."""


class Refused:
    """`command` is what links a channel again, for the word to its owner."""

    def __init__(self, clock: Clock, budget: Budget, command: str) -> None:
        self._clock = clock
        self._budget = budget
        self._command = command

    def of(self, lane: Lane, letter: Waiting, error: SlackError) -> Units:
        """What to write; `lane` and `letter` are changed to what is so then."""
        what, now = verdict(error), self._clock.unix()
        _log.warning("letter_not_sent", letter=letter.key, channel=lane.channel_id, error=error.error, means=str(what))
        edit = letter.slot in lane.stands
        if what is Verdict.LIMITED:
            return self._limited(lane, letter, error, now, edit=edit)
        if what is Verdict.DOWN or what is Verdict.TOKEN:
            lane.next_at = now + (_TOKEN if what is Verdict.TOKEN else _wait(lane))
            return _waits(letter, error)
        if what is Verdict.DOUBT:
            lane.next_at = now + _wait(lane)
            if error.error in _SPOKEN and letter.attempts >= _TRIES:
                return _ends(lane, letter, error)
            letter.state = "waiting" if edit else "sending"
            return _waits(letter, error)
        if what is Verdict.GONE and edit:
            return self._forget(lane, letter, letter.slot, error)
        if what is Verdict.THREAD and letter.thread_slot in lane.stands:
            return self._forget(lane, letter, letter.thread_slot, error)
        if what is Verdict.CHANNEL:
            return self._pause(lane, letter, error, now)
        if what is Verdict.CONTENT and letter.content.get("blocks"):
            return _plainly(letter, error)
        return _ends(lane, letter, error)

    def _limited(self, lane: Lane, letter: Waiting, error: SlackError, now: float, *, edit: bool) -> Units:
        until = now + (error.retry_after if error.retry_after is not None else _FIRST)
        if edit:  # the limit of edits is the workspace's: this channel may still get posts
            self._budget.no_updates_before(until)
        else:
            lane.next_at = until
        letter.attempts -= 1
        return _waits(letter, error)

    @staticmethod
    def _forget(lane: Lane, letter: Waiting, slot: str, error: SlackError) -> Units:
        """The message is gone (somebody deleted it): post anew."""
        lane.stands.pop(slot, None)
        return [*_waits(letter, error), lambda c: queue.forget(c, lane.channel_id, slot)]

    def _pause(self, lane: Lane, letter: Waiting, error: SlackError, now: float) -> Units:
        """Nothing more goes there for now; who linked the channel is told once."""
        told = lane.paused is not None
        lane.paused, lane.next_at, lane.failures = error.error, now + _PROBE, 0
        _log.warning("channel_paused", channel=lane.channel_id, error=error.error)
        units = _waits(letter, error)
        return units if told else [*units, lambda c: self._tell_owner(c, lane, error.error, now)]

    def _tell_owner(self, connection: sa.Connection, lane: Lane, why: str, now: float) -> None:
        query = sa.select(links.c.linked_by).where(links.c.channel_id == lane.channel_id)
        for owner in connection.execute(query).scalars():
            notice = channel_lost(lane.channel_id, why, self._command)
            key = f"paused:{lane.channel_id}:{lane.fence}"
            queue.put_all(connection, [Letter(key, owner, notice)], now)


def _wait(lane: Lane) -> float:
    """Seconds, growing with each failure in a row."""
    lane.failures += 1
    return float(min(_FIRST * _GROWTH ** min(lane.failures - 1, 10), _LONGEST))


def _waits(letter: Waiting, error: SlackError) -> Units:
    """It waits; `sending` while it may stand there already."""
    if letter.state == "sending":
        return [lambda c: queue.doubt(c, letter, error.error)]
    return [lambda c: queue.wait(c, letter, error.error)]


def _plainly(letter: Waiting, error: SlackError) -> Units:
    """Words alone are better than nothing."""
    letter.body = json.dumps({"text": letter.content["text"], "blocks": []})
    letter.state = "waiting"
    return [lambda c: queue.rewrite(c, letter, letter.body, error.error)]


def _ends(lane: Lane, letter: Waiting, error: SlackError) -> Units:
    lane.letters.remove(letter)
    _log.error("letter_failed", letter=letter.key, channel=lane.channel_id, error=error.error)
    return [lambda c: queue.end(c, letter, "failed", None, error.error)]
