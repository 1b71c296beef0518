"""What a Slack user may do while the bot acts with its own token. The one rule: live and override need an operator."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from bot.errors import NotAllowed
from bot.model import RunType, Text

_HINT = "Ask an operator, or have your Slack id added to BOT_OPERATORS."


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a wish: Slack ids, and the name Slack shows (for comments, never for decisions)."""

    team_id: str
    user_id: str
    name: Text


class Policy:
    """Operators are Slack user ids (BOT_OPERATORS). Raises `NotAllowed` with the reason."""

    def __init__(self, operators: Set[str]) -> None:
        self._operators = operators

    def is_operator(self, user_id: str) -> bool:
        return user_id in self._operators

    def check_start(self, actor: Actor, run_type: str) -> None:
        """Starting a runbook live is for operators."""
        if run_type != RunType.REHEARSAL and not self.is_operator(actor.user_id):
            raise NotAllowed("Only operators may start a live run.", f"A rehearsal is open to you. {_HINT}")

    def check_cancel(self, actor: Actor, run_type: str | None) -> None:
        """Cancelling anything but a rehearsal is for operators."""
        if run_type != RunType.REHEARSAL and not self.is_operator(actor.user_id):
            raise NotAllowed("Only operators may cancel a live run.", _HINT)

    def check_override(self, actor: Actor) -> None:
        """Acting in place of the people assigned is for operators."""
        if not self.is_operator(actor.user_id):
            raise NotAllowed("Only operators may act in place of the people assigned.", _HINT)
