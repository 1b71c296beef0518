"""Trigger ids: the right to open a modal, given with each interaction.

The one rule: three seconds and one use (docs.slack.dev/interactivity): later is `expired_trigger_id`, again is
`exchanged_trigger_id`, never given is `invalid_trigger_id`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.slack.clock import Clock
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.ids import Ids

LIFE_SECONDS = 3.0


@dataclass(slots=True)
class Trigger:
    user: str
    until: float
    view_id: str | None = None
    used: bool = False


class Triggers:
    """All trigger ids handed out so far."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._given: dict[str, Trigger] = {}

    def give(self, user: str, view_id: str | None = None) -> str:
        """A new trigger id; `view_id` when the interaction came from a view."""
        trigger_id = self._ids.trigger()
        self._given[trigger_id] = Trigger(user, self._clock.now() + LIFE_SECONDS, view_id)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use it up; SlackError as the module says."""
        trigger = self._given.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() > trigger.until:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger
