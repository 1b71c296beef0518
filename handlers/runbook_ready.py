"""Looking ahead. The one rule: nothing is started and nothing changed; what Cutover would find is found before."""

from __future__ import annotations

from bot.blocks import ready_post
from bot.blocks.ids import ActionId
from bot.blocks.message import Message
from bot.blocks.values import RunbookValue
from bot.errors import BadInput
from bot.slack.answer import Answer
from handlers import grammar
from handlers.ask import Ask
from handlers.readiness import Checks
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()


@routes.command("runbook", "ready", "[runbook]")
async def show_ready(ask: Ask, answer: Answer, targets: Targets, checks: Checks) -> None:
    """Check a run before its start: what would stop it, and what is worth mending."""
    runbook = await targets.runbook(ask, grammar.unquoted(ask.words))
    await answer.say(await _ready(ask, checks, runbook.id))


@routes.action(ActionId.RUNBOOK_READY)
async def press_ready(ask: Ask, answer: Answer, checks: Checks) -> None:
    await answer.replace(await _ready(ask, checks, ask.value(RunbookValue).r))


async def _ready(ask: Ask, checks: Checks, runbook_id: str) -> Message:
    told = await checks.look(runbook_id, ask.channel_id)
    if told.run.runbook.start_actual is not None:
        raise BadInput("This run has begun already.", "`/runbook show` tells how it stands.")
    return ready_post.ready(told, ask.now)
