"""The calls a customer of CapyDB has for cutovers. The one rule: each answers the model, or an error with a sentence.

The API lists and opens requests; it has no call to get one, change, cancel or acknowledge it (CapyDB's reference).
"""

from __future__ import annotations

import re
from typing import Final

from bot.capydb import wire
from bot.capydb.transport import CapyTransport, Reply
from bot.errors import (
    BadInput,
    CapyError,
    CapyForbidden,
    CapyNotFound,
    CapyRateLimited,
    CapyRefused,
    CapyUnauthorised,
    CapyUnavailable,
    CapyUnknownOutcome,
)
from bot.model import EMPTY, Text
from bot.model.cutover_request import NOTE_LIMIT, TICKET_LIMIT, CutoverRequest, Preview, Project

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_CHECK: Final = "Check CAPYDB_API_URL and CAPYDB_PROJECT_ID."


class CapyClient:
    """One key's view of CapyDB. `project_id` empty: the projects that the key may list."""

    def __init__(self, transport: CapyTransport, project_id: str = "") -> None:
        self._transport = transport
        self._project_id = project_id
        self._named: Project | None = None

    def __repr__(self) -> str:
        return f"CapyClient({self._transport!r})"

    async def projects(self) -> tuple[Project, ...]:
        """The project of the settings, with its name where the key may read it; without one, all that it lists."""
        if self._project_id and self._named is None:
            self._named = await self._name()
        if self._project_id:
            return (self._named or Project(self._project_id),)
        return wire.projects(_accepted(await self._transport.get("/v1/projects")).body)

    async def _name(self) -> Project | None:
        """Asked for once; a key that may not list projects shows their ids. None: CapyDB did not tell now."""
        try:
            known = wire.projects(_accepted(await self._transport.get("/v1/projects")).body)
        except (CapyUnavailable, CapyRateLimited):
            return None
        except CapyError:
            known = ()
        return next((one for one in known if one.id == self._project_id), Project(self._project_id))

    async def previews(self, project_id: str) -> tuple[Preview, ...] | None:
        """The project's previews; None where this key or this CapyDB does not list them."""
        reply = await self._transport.get(f"/v1/projects/{_checked(project_id)}/preview-databases")
        if reply.status in (403, 404, 405, 501):
            return None
        return wire.previews(_accepted(reply).body, project_id)

    async def requests(self, project_id: str) -> tuple[CutoverRequest, ...]:
        """All cutover requests of the project, in CapyDB's order."""
        reply = await self._transport.get(f"/v1/projects/{_checked(project_id)}/cutover-requests")
        return wire.requests(_accepted(reply).body, project_id)

    async def open_request(
        self, project_id: str, preview_id: str, *, ticket: str = "", note: str = ""
    ) -> CutoverRequest | None:
        """Ask for a cutover. Any 2xx is a success; None when its answer does not show the request.

        Raises `CapyRefused` (400, 409: nothing was opened), `CapyUnknownOutcome`, and others of `CapyError`.
        """
        if len(ticket) > TICKET_LIMIT or len(note) > NOTE_LIMIT:
            raise BadInput("The ticket reference or the note is too long for CapyDB.", "Make it shorter.")
        body = {"preview_id": _checked(preview_id)}
        body |= {"customer_note": note} if note else {}
        body |= {"external_ticket_ref": ticket} if ticket else {}
        reply = await self._transport.post(f"/v1/projects/{_checked(project_id)}/cutover-requests", body)
        answer = _accepted(reply, writing=True)
        try:
            return wire.opened(answer.body, project_id)
        except CapyError:
            if answer.body.strip():  # a log-in page answered in CapyDB's place, perhaps
                raise CapyUnknownOutcome(
                    "Something other than CapyDB answered the request.", "`/cutover requests` shows what CapyDB has."
                ) from None
            return None


def _checked(identifier: str) -> str:
    if not _ID.match(identifier):
        raise BadInput(
            "That is not an id of CapyDB's.", "Ids are letters, digits, - and _ only.", detail=Text(identifier[:100])
        )
    return identifier


def _good(reply: Reply) -> bool:
    return 200 <= reply.status < 300


def _accepted(reply: Reply, *, writing: bool = False) -> Reply:
    if _good(reply):
        return reply
    raise _error(reply, wire.reason(reply.body), writing)


def _error(reply: Reply, told: Text, writing: bool) -> CapyError:
    """What a final answer that is no success means; the statuses are inferred by the reference's readers."""
    if reply.status == 401:
        hint = "It is wrong or revoked: whoever runs the bot has to set a new CAPYDB_API_KEY."
        return CapyUnauthorised("CapyDB does not accept the bot's key.", hint, detail=told)
    if reply.status == 403:
        hint = "The key lacks a scope, or belongs to another project: whoever runs the bot has to change it."
        return CapyForbidden("CapyDB does not let the bot's key do that.", hint, detail=told)
    if reply.status == 404 and writing:
        return CapyNotFound("CapyDB does not know this preview.", "It may have expired or been deleted.", detail=told)
    if reply.status in (404, 405, 410, 501):
        return CapyNotFound("CapyDB does not know this project, or not for this key.", _CHECK, detail=told)
    if 300 <= reply.status < 400:
        return CapyNotFound("CapyDB redirects to another address; the bot does not follow.", _CHECK, detail=EMPTY)
    if reply.status == 409:
        sentence = "CapyDB has a cutover request for this preview that is not finished, or the preview is not ready."
        return CapyRefused(sentence, "`/cutover requests` shows it.", detail=told)
    return CapyRefused(f"CapyDB refused this (status {reply.status}).", "Check what you entered.", detail=told)
