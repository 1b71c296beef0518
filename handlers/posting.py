"""Before something of a run is posted in a channel. The one rule: a private run is posted nowhere by others."""

from __future__ import annotations

from bot.identity import Policy, Right
from bot.store import Links
from handlers.ask import Ask


async def check_post(ask: Ask, policy: Policy, links: Links, runbook_id: str, channel_id: str = "") -> None:
    """Raises `NotAllowed`. Where the channel is linked to that run, what counts is who linked it."""
    channel = channel_id or ask.channel_id
    await policy.check(ask.wish.actor, Right.WORK, channel)
    link = links.of(ask.team_id, channel)
    by = link.linked_by if link is not None and link.runbook_id == runbook_id else ask.user_id
    policy.check_post(runbook_id, by)
