"""Every intent before its effect and its outcome after. The one rule: no effect without an intent on disk."""

from bot.journal.journal import Begun, Journal
from bot.journal.record import Intent, Outcome, OutcomeKind

__all__ = ["Begun", "Intent", "Journal", "Outcome", "OutcomeKind"]
