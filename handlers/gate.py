"""What stands before every listener. The one rule: who may not look is shown nothing, and a refusal is on record."""

from __future__ import annotations

from typing import Final

from bot.errors import BotError, NotAllowed
from bot.identity import Actor, Policy, Right
from bot.journal import Journal
from bot.slack.delivery import Delivery
from handlers.ask import Ask

_OPEN: Final = frozenset(("cutover", verb) for verb in ("help", "whoami", "connect", "disconnect"))
_WRITING: Final = tuple(right for right in Right if right is not Right.VIEW)


async def check_look(ask: Ask, policy: Policy) -> None:
    """Where a policy file says who may look, others see only who they are and what there is. Raises `NotAllowed`."""
    if policy.rules.own and (ask.command, ask.verb) not in _OPEN:
        await policy.check(ask.wish.actor, Right.VIEW, ask.channel_id)


async def check_connect(policy: Policy, actor: Actor, channel_id: str) -> None:
    """Who may do nothing but look has nothing to connect a token for. Raises `NotAllowed`."""
    if not any([await policy.allows(actor, right, channel_id) for right in _WRITING]):
        await policy.check(actor, Right.WORK, channel_id, "connect a token, for there is nothing to do with it")


def note_refusal(delivery: Delivery, error: BotError, journal: Journal, at: float) -> None:
    """Put a refusal on record, unless whoever refused has done so. `at` is Unix seconds."""
    if isinstance(error, NotAllowed) and not error.noted:
        actor = Actor(delivery.team_id, delivery.user_id, delivery.user_name)
        origin = {"kind": delivery.kind, "name": delivery.name, "channel": delivery.channel_id}
        journal.note("refused", actor, at, {"why": error.sentence, "origin": origin})
