"""Who acts, and whether they may. The one rule: ids decide, checked at execution and not when a button is drawn."""

from bot.identity.policy import Actor, Policy

__all__ = ["Actor", "Policy"]
