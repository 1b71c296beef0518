"""Opening forms. The one rule: a loading view opens before any call to Cutover (a trigger lives 3 s)."""

from __future__ import annotations

from collections.abc import Awaitable

from bot.blocks import modals, say
from bot.blocks.ids import ActionId
from bot.blocks.message import View
from bot.blocks.values import RunbookValue, Value
from bot.errors import BotError
from bot.slack.answer import Answer
from handlers.ask import Choose

_LATE = "That took too long for Slack to open a form."
_CHOOSE = "Choose in the message that just came; this form opens again then."


async def show_form(
    answer: Answer, title: str, form: Awaitable[View], again: tuple[ActionId, Value] | None = None
) -> None:
    """Open a loading view, then put `form` there. `again`: the button to offer when the trigger has expired."""
    try:
        opened = await answer.open(modals.loading(title))
    except BotError:
        _forget(form)
        raise
    if not opened:
        _forget(form)
        late = say.try_again(_LATE, *again) if again else say.note(_LATE, "Type the command again.")
        await answer.say(late)
        return
    try:
        view = await form
    except Choose as choose:
        await answer.say(choose.message)
        view = modals.notice(title, say.note(_CHOOSE))
    except BotError as error:
        view = modals.notice(title, say.error(error))
    await answer.show(view)


def again(action: ActionId, runbook_id: str) -> tuple[ActionId, Value] | None:
    """The button for `show_form` where the runbook is known already; else the command has to be typed again."""
    return (action, RunbookValue(r=runbook_id)) if runbook_id else None


def _forget(form: Awaitable[View]) -> None:
    """A coroutine that is never awaited has to be closed, or Python complains about it later."""
    if hasattr(form, "close"):
        form.close()
