"""The App Home. The one rule: whoever opens it sees something at once, and never an error in its place."""

from __future__ import annotations

import structlog

from bot.blocks.home import HomeView, home
from bot.blocks.ids import ActionId
from bot.errors import BotError, SlackError
from bot.slack.web import SlackWeb
from handlers.ask import Ask
from handlers.homes import Homes
from handlers.routes import Routes

routes = Routes()
_log = structlog.get_logger(__name__)


@routes.event("app_home_opened")
async def open_home(ask: Ask, homes: Homes, slack: SlackWeb) -> None:
    """My tasks and the runs I may see. Slack shows what stood there before; only the first time there is nothing."""
    event = ask.delivery.message
    if event.get("tab", "home") != "home":
        return
    if not event.get("view") and not ask.delivery.view:
        await _publish(slack, ask.user_id, homes.first(ask.user_id))
    try:
        full = await homes.full(ask.team_id, ask.user_id)
    except BotError as error:
        _log.warning("home_not_read", code=error.code)
        full = homes.failed(ask.user_id, error.sentence)
    await _publish(slack, ask.user_id, full)


@routes.action(ActionId.HOME_REFRESH)
async def press_refresh(ask: Ask) -> None:
    """Every press in Home draws it anew."""


async def _publish(slack: SlackWeb, user_id: str, view: HomeView) -> None:
    try:
        await slack.call("views.publish", patience=1.0, user_id=user_id, view=home(view).payload)
    except SlackError as error:  # the tab may be switched off; nobody asked for an answer
        _log.warning("home_not_shown", error=error.error)
