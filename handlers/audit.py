"""The audit trail in Slack. The one rule: for administrators only, and only to read."""

from __future__ import annotations

from typing import Final

from bot.blocks.audit_list import audit_list
from bot.errors import BadInput
from bot.identity import Policy, Right
from bot.journal.chain import Trail
from bot.slack.answer import Answer
from handlers.ask import Ask
from handlers.routes import Routes

routes = Routes()
_USUAL: Final = 15
_MOST: Final = 50


@routes.command("cutover", "audit", "[number]")
async def show_audit(ask: Ask, answer: Answer, policy: Policy, trail: Trail) -> None:
    """Show the last entries of the audit trail, for administrators."""
    await policy.check(ask.wish.actor, Right.ADMIN, ask.channel_id, "see the audit trail")
    words = ask.words.strip()
    if words and not (words.isascii() and words.isdigit() and 1 <= int(words[:4]) <= _MOST):
        raise BadInput("How many entries?", f"Give a number from 1 to {_MOST}.")
    most = int(words) if words else _USUAL
    await answer.say(audit_list(await trail.latest(2 * most), most))
