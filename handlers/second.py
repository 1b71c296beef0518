"""What takes two people in a live run. The one rule: the channel reads who asked and who did it."""

from __future__ import annotations

from bot.actions import ResultKind, SecondPerson
from bot.blocks import announce, modals, say
from bot.blocks.forms import StageForm, StartForm
from bot.blocks.ids import ActionId
from bot.blocks.text import phrase
from bot.blocks.values import ConfirmValue
from bot.slack.answer import Answer
from handlers.ask import Ask
from handlers.cards import Cards
from handlers.routes import Routes

routes = Routes()
_STANDS = "It stands for a quarter of an hour."


async def is_start_asked_first(
    ask: Ask, answer: Answer, runbook_id: str, form: StartForm, second: SecondPerson
) -> bool:
    """Whether this start takes another person; then it is asked for. Raises `BadInput` where nobody can be told."""
    if not second.needed_to_start(form):
        return False
    name = await second.ask_start(ask.wish, runbook_id, form)
    told = phrase("A live run of {name} takes two people. Somebody else has to press Start in the channel.", name=name)
    await answer.show(modals.notice("Start runbook", say.note(told, _STANDS)))
    return True


async def is_cancel_asked_first(
    ask: Ask, answer: Answer, runbook_id: str, form: StageForm, second: SecondPerson
) -> bool:
    """The same for cancelling a live run."""
    name = await second.ask_cancel(ask.wish, runbook_id, form)
    if name is None:
        return False
    told = "Cancelling the live run of {name} takes two people. Somebody else has to press Cancel in the channel."
    await answer.say(say.note(phrase(told, name=name), _STANDS))
    return True


@routes.action(ActionId.RUNBOOK_CONFIRM)
async def do_asked(ask: Ask, answer: Answer, second: SecondPerson, cards: Cards) -> None:
    value = ask.value(ConfirmValue)
    result, asked = await second.confirm(ask.wish, value.r, value.i)
    cards.forget(value.r)
    starts = second.is_start(asked)
    if result.kind is ResultKind.ALREADY:
        told = "ℹ️ {name} is running already." if starts else "ℹ️ {name} is canceled already."
        await answer.say(say.note(phrase(told, name=result.value.name), "Nothing was sent."))
        return
    by_two = announce.started_by_two if starts else announce.canceled_by_two
    await answer.replace(by_two(result.value, asked.user_id, ask.user_id))
