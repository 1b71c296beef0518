"""How a method of the client asks. The one rule: what happened to a write is never guessed.

An answer 2xx that cannot be read is `UnknownOutcome`; one without a body (Cutover answers 204 in places) is read back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import orjson
from yarl import URL

from bot.clock import Clock
from bot.cutover import wire_document
from bot.cutover.features import Features
from bot.cutover.pages import Pages
from bot.cutover.paths import Params
from bot.cutover.refusals import error_for, missing
from bot.cutover.transport import Reply, Transport
from bot.errors import BadAnswer, CutoverError, NotFound, NotOnThisInstance, UnknownOutcome
from bot.model import EMPTY, Text

T = TypeVar("T")

_UNREADABLE = "Cutover took the change, but its answer cannot be read."
_LOOK = "It has most likely happened. Look at its state before you try again."
TOP = ""
"""As `parent`: the collection stands at the top, so a 404 means that it does not exist here."""


class Caller:
    """Base of the client's parts: one transport, and what is known of the instance.

    `parent` marks an addition to the reference: when it answers 404 and the parent's path answers, the operation is
    missing on this instance rather than the thing in it.
    """

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._deadline: float | None = None
        self.features = Features(clock)

    def offers(self, operation: str) -> bool | None:
        """Whether this Cutover has `operation` (a method's name): True, False, or None when it was never asked."""
        return self.features.offers(operation)

    async def _ask(
        self,
        operation: str,
        method: str,
        path: str | URL,
        *,
        params: Params | None = None,
        body: object = None,
        parent: str | None = None,
    ) -> Reply:
        if self.features.offers(operation) is False:
            raise missing(operation)
        reply = await self._transport.send(method, path, params=params, body=body, deadline=self._deadline)
        if 200 <= reply.status < 300:
            self.features.works(operation)
            return reply
        error = error_for(reply, operation)
        if isinstance(error, NotFound) and parent is not None and await self._answers(parent):
            error = missing(operation)
        if isinstance(error, NotOnThisInstance):
            self.features.lacks(operation)
        raise error

    async def _answers(self, parent: str) -> bool:
        if parent == TOP:
            return True
        try:
            return (await self._transport.send("GET", parent, deadline=self._deadline)).status == 200
        except CutoverError:
            return False

    async def _get(self, operation: str, path: str, read: Callable[[Any], T], parent: str | None = None) -> T:
        reply = await self._ask(operation, "GET", path, parent=parent)
        return read(wire_document.single(reply.body))

    def _list(
        self,
        operation: str,
        path: str,
        read: Callable[[dict[str, Any], str], T],
        params: Params | None = None,
        parent: str | None = None,
    ) -> Pages[T]:
        async def ask(target: str | URL, params: Params | None) -> Reply:
            return await self._ask(operation, "GET", target, params=params, parent=parent)

        return Pages(ask, self._transport.base, path, params, read)

    async def _write(
        self,
        operation: str,
        method: str,
        path: str,
        read: Callable[[Any], T],
        *,
        body: object = None,
        parent: str | None = None,
        reread: Callable[[], Awaitable[T]] | None = None,
        needs: str = "",
    ) -> T:
        """Write and return what it became: from the answer, or read back where that has no body or lacks `needs`."""
        reply = await self._ask(operation, method, path, body=body, parent=parent)
        try:
            raw = _data(reply.body)
            return read(raw) if reread is None or _tells(raw, needs) else await reread()
        except CutoverError as problem:
            detail = Text(problem.sentence) if isinstance(problem, BadAnswer) else EMPTY
        raise UnknownOutcome(_UNREADABLE, _LOOK, detail=detail)

    async def _do(
        self, operation: str, method: str, path: str, *, body: object = None, parent: str | None = None
    ) -> None:
        """Write where the answer tells nothing (204, or an empty model)."""
        reply = await self._ask(operation, method, path, body=body, parent=parent)
        if reply.body.strip() and not _is_json(reply.body):
            # A log-in page or a proxy's greeting answered instead of Cutover.
            raise UnknownOutcome("Something other than Cutover answered the change.", _LOOK)


def _tells(raw: Any, needs: str) -> bool:
    """Whether an answer holds the thing itself, by the attribute `needs`: not only its id, or the receipt of a job."""
    if not needs:
        return raw is not None
    attributes = raw.get("attributes") if isinstance(raw, dict) else None
    return isinstance(attributes, dict) and attributes.get(needs) is not None


def _data(body: bytes) -> Any:
    return wire_document.single(body) if body.strip() else None


def _is_json(body: bytes) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True
