"""Which Cutover account carries a wish out. The one rule: with a person's token connected it is theirs, or nobody's.

*Own*: the person's token, their real permissions, Cutover's own audit names them. *Service*: the bot's account, and a
comment names the person; BOT_SERVICE_MODE says where that is allowed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.cutover import CutoverClient
from bot.errors import NotAllowed
from bot.identity.connections import Connections, NotYours
from bot.identity.policy import Actor, Policy
from bot.identity.rules import Right
from bot.model import Comment

ServiceMode = Literal["off", "rehearsal", "live"]
IsLive = Callable[[], Awaitable[bool]]
_CONNECT: Final = "Connect your own Cutover token with `/cutover connect`: then it is done as yourself."


@dataclass(frozen=True, slots=True)
class Hand:
    """The account that acts. `own`: the person's; `allowed`: which grant let them.

    `stands_in`: the bot's account may press in place of the people assigned without being asked to.
    """

    client: CutoverClient
    own: bool = False
    cutover_id: str = ""
    allowed: str = ""
    stands_in: bool = False

    @property
    def record(self) -> Mapping[str, str]:
        """What the journal keeps of it."""
        return {"as": f"own:{self.cutover_id}" if self.own else "bot", "allowed": self.allowed}


class Acting:
    """Asks the policy, then chooses the account. `mode`: where the bot's own account may act."""

    def __init__(
        self,
        service: CutoverClient,
        policy: Policy,
        connections: Connections | None = None,
        mode: ServiceMode = "live",
    ) -> None:
        self.service = service
        self.policy = policy
        self._connections = connections
        self._mode = mode

    @property
    def hint(self) -> str:
        """What to do where the bot's account is not enough; empty where nobody can connect."""
        return _CONNECT if self._connections is not None and self._connections.enabled else ""

    async def reader(self, actor: Actor) -> CutoverClient:
        """What the person's own wish is looked up with: their own eyes where they are connected."""
        own = await self._connections.client_of(actor) if self._connections is not None else None
        return own[0] if own is not None else self.service

    async def written(self, actor: Actor, runbook_id: str, comment: Comment) -> None:
        """A comment was written with the person's own token. Raises `NotYours` when Cutover names somebody else."""
        if self._connections is not None and not await self._connections.is_author(actor, runbook_id, comment):
            raise NotYours(
                "Cutover says that somebody else wrote this: the token you connected is not yours.",
                "It was done, under that name. The connection is removed; connect a token of your own.",
            )

    async def hand(
        self, actor: Actor, right: Right, channel_id: str = "", *, doing: str = "", live: IsLive | None = None
    ) -> Hand:
        """The account for this wish. Raises `NotAllowed`, or `VaultError` when the token does not open.

        `live` tells whether it is about a live run; it is only asked where that matters.
        """
        allowed = await self.policy.check(actor, right, channel_id, doing)
        own = await self._connections.client_of(actor) if self._connections is not None else None
        if own is not None:
            client, account = own
            return Hand(client, True, account.cutover_id, allowed)
        if self._mode == "off":
            raise NotAllowed("Here everybody acts with their own Cutover token; yours is not connected.", self.hint)
        if self._mode == "rehearsal" and live is not None and await live():
            raise NotAllowed("In a live run everybody acts with their own token; yours is not connected.", self.hint)
        return Hand(self.service, allowed=allowed)
