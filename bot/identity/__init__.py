"""Who acts, and whether they may. The one rule: ids decide, checked at execution and not when a button is drawn."""

from bot.identity.acting import Acting, Hand
from bot.identity.connections import Connections
from bot.identity.policy import Actor, Policy
from bot.identity.rules import Right

__all__ = ["Acting", "Actor", "Connections", "Hand", "Policy", "Right"]
