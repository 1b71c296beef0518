"""What a listener is given. The one rule: whatever comes back from Slack is decoded here, and names things only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from bot.actions import Wish
from bot.blocks import values
from bot.blocks.message import Message
from bot.slack.delivery import Delivery

V = TypeVar("V", bound=values.Value)


class Choose(Exception):
    """Nothing was done: the person has to choose first. `message` holds the choice."""

    def __init__(self, message: Message) -> None:
        super().__init__("choose")
        self.message = message


@dataclass(frozen=True, slots=True)
class Ask:
    """One press, command or submission. `words`: what was typed after the verb. `runbook_id`: chosen in a picker."""

    delivery: Delivery
    wish: Wish
    now: datetime
    command: str = ""
    verb: str = ""
    words: str = ""
    runbook_id: str = ""

    @property
    def user_id(self) -> str:
        return self.delivery.user_id

    @property
    def team_id(self) -> str:
        return self.delivery.team_id

    @property
    def channel_id(self) -> str:
        return self.delivery.channel_id

    def value(self, cls: type[V]) -> V:
        """What the pressed button or chosen option carries. Raises `BadInput` for one of another version."""
        action = self.delivery.action
        option = action.get("selected_option")
        text = action.get("value") or (option.get("value") if isinstance(option, Mapping) else None)
        return values.decode(cls, text if isinstance(text, str) else None)

    def meta(self, cls: type[V]) -> V:
        """What the submitted modal carries."""
        text = self.delivery.view.get("private_metadata")
        return values.decode(cls, text if isinstance(text, str) else None)

    @property
    def state(self) -> Mapping[str, Any]:
        """`state.values` of the submitted modal."""
        return state_of(self.delivery.view)

    def pick(self, rest: str = "") -> values.PickValue:
        """This command, waiting for a choice; `rest` are the words to keep."""
        return values.PickValue(command=self.command, verb=self.verb, rest=rest, r=self.runbook_id or None)


def state_of(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """`state.values` of a view."""
    state = view.get("state")
    found = state.get("values") if isinstance(state, Mapping) else None
    return found if isinstance(found, Mapping) else {}
