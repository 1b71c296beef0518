"""A Cutover client with a person's own token. The one rule: what Cutover refuses to them is not done in another way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from yarl import URL

from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.cutover.features import Features
from bot.cutover.paths import Params
from bot.cutover.transport import Reply, Transport
from bot.errors import Unauthorised

MOST_OPEN: Final = 64
"""A client costs a few hundred bytes and a memory of its token; the least used are let go."""


class TokenRefused(Unauthorised):
    """401 to a person's own token: revoked, or its user archived. Nothing was done, and nobody else does it."""

    code = "own_token_refused"


class OwnTransport(Transport):
    """A transport whose 401 is about the person's own token."""

    async def send(
        self,
        method: str,
        path: str | URL,
        *,
        params: Params | None = None,
        body: object = None,
        deadline: float | None = None,
    ) -> Reply:
        reply = await super().send(method, path, params=params, body=body, deadline=deadline)
        if reply.status == 401:
            raise TokenRefused(
                "Cutover does not accept your own token any more, so nothing was done.",
                "Make a new one in Cutover and type `/cutover connect`, or `/cutover disconnect`.",
            )
        return reply


OpenTransport = Callable[[str], OwnTransport]


class OwnClients:
    """Clients by owner. `opening` makes a transport for a token; `features` are those of the instance, known by all."""

    def __init__(self, opening: OpenTransport, features: Features, clock: Clock) -> None:
        self._opening = opening
        self._features = features
        self._clock = clock
        self._open: OrderedDict[str, tuple[str, CutoverClient]] = OrderedDict()

    def kept(self, owner: str, sealed: str) -> CutoverClient | None:
        """The client of an owner, if it was made for this very sealed token."""
        found = self._open.get(owner)
        if found is None or found[0] != sealed:
            return None
        self._open.move_to_end(owner)
        return found[1]

    def make(self, token: str) -> CutoverClient:
        """A client that is not kept. Raises `BadInput` for what cannot be a token."""
        client = CutoverClient(self._opening(token), self._clock)
        client.features = self._features
        return client

    def keep(self, owner: str, sealed: str, client: CutoverClient) -> None:
        self._open[owner] = sealed, client
        self._open.move_to_end(owner)
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)

    def forget(self, owner: str) -> None:
        self._open.pop(owner, None)
