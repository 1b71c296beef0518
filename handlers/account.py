"""Act as yourself in Cutover. The one rule: a token comes by a form only, and is told to nobody."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from bot.blocks import modal_connect, modals, say
from bot.blocks.ids import ViewId
from bot.blocks.modal_connect import TITLE, ConnectForm
from bot.blocks.text import Mrkdwn, phrase, user
from bot.errors import BadInput, BotError, NotAllowed
from bot.identity import Connections, Policy, Right
from bot.journal import Journal
from bot.settings import Settings
from bot.slack.answer import Answer
from handlers.ask import Ask, state_of
from handlers.connect_page import ConnectPage
from handlers.gate import check_connect
from handlers.routes import Routes

routes = Routes()
_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>\Z")


@routes.command("cutover", "connect")
async def connect_account(
    ask: Ask, answer: Answer, connections: Connections, policy: Policy, connect_page: ConnectPage | None
) -> None:
    """Act as yourself in Cutover, with a token of your own."""
    if ask.words:
        raise BadInput(
            "Tokens go into the form only; what is typed into a command stays with Slack.",
            "If that was a token, revoke it in Cutover. Then type `/cutover connect` with nothing behind it.",
        )
    if not connections.enabled:
        raise NotAllowed("Own tokens are not set up for this bot.", "Whoever runs it has to set BOT_ENCRYPTION_KEYS.")
    actor = ask.wish.actor
    await check_connect(policy, actor, ask.channel_id)
    if connect_page is not None:
        await answer.say(modal_connect.link(connect_page.link(actor, ask.channel_id)))
        return
    if not await answer.open(modal_connect.connect(ask.wish.once, channel=ask.channel_id)):
        await answer.say(say.note("That took too long for Slack to open a form.", "Type the command again."))


@routes.submit(ViewId.CONNECT, lambda view: modal_connect.read_connect(state_of(view)), then=TITLE)
async def submit_connect(
    ask: Ask, answer: Answer, form: ConnectForm, connections: Connections, journal: Journal
) -> None:
    actor = ask.wish.actor
    try:
        person, account = await connections.connect(actor, form.token.get_secret_value())
    except BotError as error:
        journal.note("not connected", actor, ask.now.timestamp(), {"why": error.sentence})
        again = modal_connect.connect(ask.delivery.key, channel=ask.channel_id, problem=say.error(error))
        if not await answer.show(again):
            answer.missed = None
            await answer.say(say.error(error))
        return
    journal.note("connected", actor, ask.now.timestamp(), {"cutover": person.id, "tail": account.tail})
    await answer.show(modals.notice(TITLE, modal_connect.connected(person, account.tail)))


@routes.command("cutover", "disconnect", "[@person]")
async def disconnect_account(
    ask: Ask,
    answer: Answer,
    connections: Connections,
    policy: Policy,
    journal: Journal,
    settings: Settings,
) -> None:
    """Forget your Cutover token; for administrators: undo somebody's pair with a Cutover user."""
    other = _MENTION.match(ask.words)
    if ask.words and not other:
        raise BadInput("Whose?", "Nothing behind the command means you; administrators may name a person with @.")
    actor, person = ask.wish.actor, other[1] if other else ask.user_id
    if other:
        await policy.check(actor, Right.ADMIN, ask.channel_id, "undo somebody's pair")
    before = await connections.disconnect(ask.team_id, person, pair=bool(other))
    if before is None or not (other or before.sealed):
        raise BadInput("There is nothing to forget.", "No token is kept.")
    journal.note(
        "disconnected", actor, ask.now.timestamp(), {"of": person, "cutover": before.cutover_id, "tail": before.tail}
    )
    await answer.say(say.done(_forgotten(person, before.tail, bool(other)), hint=_next(settings)))


def _forgotten(person: str, tail: str, pair: bool) -> Mrkdwn:
    if pair:
        return phrase("{who} is paired with no Cutover user any more, and no token is kept.", who=user(person))
    return phrase("Your token, which ended in `{tail}`, is forgotten. You can revoke it in Cutover.", tail=tail)


def _next(settings: Settings) -> str:
    if settings.bot_service_mode == "off":
        return "Without a token of one's own nothing can be done here but reading."
    return "From now on the bot's own account acts, and a comment names the person."


async def account_line(ask: Ask, connections: Connections) -> Mrkdwn:
    """With which account the person acts."""
    account = await connections.of(ask.wish.actor)
    if account is not None and account.sealed is not None:
        return modal_connect.account_line(account.tail, datetime.fromtimestamp(account.connected_at, UTC))
    way = " `/cutover connect` makes it your own." if connections.enabled else ""
    return Mrkdwn(f"What you do here is done with the bot's own Cutover account, and a comment names you.{way}")
