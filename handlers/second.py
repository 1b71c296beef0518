"""A live run that takes two people. The one rule: the channel reads who asked and who started it."""

from __future__ import annotations

from bot.actions import ResultKind, SecondPerson
from bot.blocks import announce, modals, say
from bot.blocks.forms import StartForm
from bot.blocks.ids import ActionId
from bot.blocks.text import phrase
from bot.blocks.values import ConfirmValue
from bot.slack.answer import Answer
from handlers.ask import Ask
from handlers.cards import Cards
from handlers.routes import Routes

routes = Routes()
_TITLE = "Start runbook"


async def is_asked_first(ask: Ask, answer: Answer, runbook_id: str, form: StartForm, second: SecondPerson) -> bool:
    """Whether this start takes another person; then it is asked for. Raises `BadInput` where nobody can be told."""
    if not second.needed(form):
        return False
    name = await second.ask(ask.wish, runbook_id, form)
    told = phrase("A live run of {name} takes two people. Somebody else has to press Start in the channel.", name=name)
    await answer.show(modals.notice(_TITLE, say.note(told, "It stands for a quarter of an hour.")))
    return True


@routes.action(ActionId.RUNBOOK_CONFIRM)
async def start_asked(ask: Ask, answer: Answer, second: SecondPerson, cards: Cards) -> None:
    value = ask.value(ConfirmValue)
    result, asked = await second.confirm(ask.wish, value.r, value.i)
    cards.forget(value.r)
    if result.kind is ResultKind.ALREADY:
        await answer.say(say.note(phrase("ℹ️ {name} is running already.", name=result.value.name), "Nothing was sent."))
        return
    await answer.replace(announce.started_by_two(result.value, asked.user_id, ask.user_id))
