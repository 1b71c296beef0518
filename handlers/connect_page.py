"""A page for the token, where Slack's form would show it. The one rule: only the ticket in the address is believed.

It sets no cookie and reads none, so another site's form has nothing to ride on; a ticket is used up by the first POST,
not by looking (link scanners look). BOT_PUBLIC_URL is where people reach BOT_LISTEN, by HTTPS.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qs, urlsplit

import structlog
from aiohttp import web

from bot.blocks import modal_connect, say
from bot.blocks.message import Message
from bot.clock import Clock
from bot.errors import BotError
from bot.identity import Actor, Connections, Policy
from bot.identity.tickets import Ticket, Tickets
from bot.journal import Journal
from handlers import connect_html as html
from handlers.gate import check_connect

_log = structlog.get_logger(__name__)
PATH: Final = "/connect/"
_BODY_SECONDS: Final = 8.0
_LONGEST: Final = 8 * 1024
_GONE: Final = "This link was used already, is too old, or is not whole."
_FORM: Final = "application/x-www-form-urlencoded"
Tell = Callable[[Actor, str, Message], Awaitable[None]]


class ConnectPage:
    """`public_url` without a last slash; `tell` reaches the person in Slack, in the channel they asked in."""

    def __init__(
        self,
        public_url: str,
        tickets: Tickets,
        connections: Connections,
        policy: Policy,
        journal: Journal,
        clock: Clock,
        tell: Tell,
    ) -> None:
        self._public_url = public_url
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(public_url))
        self._tickets = tickets
        self._connections = connections
        self._policy = policy
        self._journal = journal
        self._clock = clock
        self._tell = tell

    def link(self, actor: Actor, channel_id: str) -> str:
        """An address for this person, for one use."""
        return f"{self._public_url}{PATH}{self._tickets.make(actor, channel_id)}"

    def add_to(self, app: web.Application) -> None:
        """Serve it."""
        app.router.add_get(PATH + "{ticket}", self._show)
        app.router.add_post(PATH + "{ticket}", self._post)

    async def _show(self, request: web.Request) -> web.Response:
        text = request.match_info["ticket"]
        ticket = self._tickets.read(text)
        if ticket is None:
            return _answer(410, html.refused(_GONE))
        return _answer(200, html.form(ticket.actor.name.raw, ticket.actor.user_id, text))

    async def _post(self, request: web.Request) -> web.Response:
        try:
            return await self._answered(request)
        except BotError as error:
            return _answer(503, html.refused(error.sentence))
        except Exception as error:
            reference = uuid.uuid4().hex[:8]
            _log.error("connect_page_failed", reference=reference, error=type(error).__name__)  # no more: a token
            return _answer(500, html.refused(f"Something went wrong inside the bot (reference {reference})."))

    async def _answered(self, request: web.Request) -> web.Response:
        ticket = self._tickets.read(request.match_info["ticket"])
        if ticket is None:
            return _answer(410, html.refused(_GONE))
        given = await _given(request) if self._is_own(request) else None
        if given is None:
            return _answer(400, html.refused("This did not come from the bot's own page."))
        if not await self._tickets.take(ticket):
            return _answer(410, html.refused(_GONE))
        return await self._connect(ticket, given)

    def _is_own(self, request: web.Request) -> bool:
        """Browsers say where a form was sent from; what does not say it has still to bring the ticket."""
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        return origin in (None, self._origin) and site in (None, "same-origin")

    async def _connect(self, ticket: Ticket, given: str) -> web.Response:
        actor, now = ticket.actor, self._clock.unix()
        try:
            await check_connect(self._policy, actor, ticket.channel_id)
            token = modal_connect.tidied(given)
            person, account = await self._connections.connect(actor, token.get_secret_value())
        except BotError as error:
            self._journal.note("not connected", actor, now, {"why": error.sentence, "by": "page"})
            again = self._tickets.make(actor, ticket.channel_id, ticket.until)
            problem = f"{error.sentence} {error.hint}".replace("`", "")
            return _answer(422, html.form(actor.name.raw, actor.user_id, again, problem))
        told = {"cutover": person.id, "tail": account.tail, "by": "page"}
        self._journal.note("connected", actor, now, told)
        await self._tell(actor, ticket.channel_id, say.done(modal_connect.connected(person, account.tail)))
        return _answer(200, html.connected(person.name.raw, account.tail))


async def _given(request: web.Request) -> str | None:
    """What was typed; None when it is no such form."""
    if request.content_type != _FORM or (request.content_length or 0) > _LONGEST:
        return None
    raw = b""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while len(raw) <= _LONGEST and (part := await request.content.readany()):
                raw += part
        fields = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=5)
    except (TimeoutError, ValueError):
        return None
    return fields["token"][0] if len(raw) <= _LONGEST and len(fields.get("token", ())) == 1 else None


def _answer(status: int, page: str) -> web.Response:
    return web.Response(status=status, text=page, content_type="text/html", headers=html.HEADERS)
