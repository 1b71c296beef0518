"""Connecting people with their own Cutover token. The one rule: a token is checked before it is kept, and never shown.

What can be proven: Cutover accepts the token, and it knows an active user with the e-mail address that Slack has
verified for the person. Its API has no call that says whose a token is. The first comment shows it, where Cutover
tells its author (in the answer or in its action log): another name ends the connection.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

import structlog

from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.errors import BadInput, CutoverError, Forbidden, NotAllowed, NotFound, Unauthorised
from bot.identity.accounts import Account, Accounts
from bot.identity.own import OwnClients
from bot.identity.policy import Actor
from bot.identity.vault import Vault, VaultError
from bot.model import Comment, Person
from bot.slack.people import Member

_log = structlog.get_logger(__name__)
_SHORTEST: Final = 16
_TAIL: Final = 4
_LOG_WINDOW: Final = timedelta(minutes=10)
_ENTRIES: Final = 100
_WAY_OUT: Final = "Nothing was done. Type `/cutover connect` again, or `/cutover disconnect`."


class Members(Protocol):
    """Slack's word on somebody; None when it does not tell now."""

    async def known(self, user_id: str) -> Member | None: ...


class NotYours(NotAllowed):
    """Cutover names somebody else as the author of what was written with this person's token."""

    code = "not_your_token"


class Connections:
    """`vault` None: no keys, so nobody can connect; whoever is connected from before is refused rather than replaced
    by the bot's account. `service_token` is the bot's own: it stands for nobody else.
    """

    def __init__(
        self,
        accounts: Accounts,
        clients: OwnClients,
        service: CutoverClient,
        members: Members,
        clock: Clock,
        vault: Vault | None = None,
        service_token: str = "",
    ) -> None:
        self._accounts = accounts
        self._clients = clients
        self._service = service
        self._members = members
        self._clock = clock
        self._vault = vault
        self._service_print = _fingerprint(service_token)
        self._nobody = False

    @property
    def enabled(self) -> bool:
        """Whether people can connect here."""
        return self._vault is not None

    async def of(self, actor: Actor) -> Account | None:
        """The person's pair, with or without a token."""
        return await self._accounts.of(actor.team_id, actor.user_id)

    async def client_of(self, actor: Actor) -> tuple[CutoverClient, Account] | None:
        """The person's own client; None when they are not connected. Raises `VaultError` when it cannot be opened."""
        if self._nobody:
            return None
        account = await self.of(actor)
        if account is None or account.sealed is None:
            # Without keys nobody can connect from now on, so there is nothing to look up each time.
            self._nobody = self._vault is None and not await self._accounts.any_sealed()
            return None
        kept = self._clients.kept(account.owner, account.sealed)
        return kept or await self._open(account, account.sealed), account

    async def connect(self, actor: Actor, token: str) -> tuple[Person, Account]:
        """Check a token and keep it sealed. Raises `BotError` with the reason; then nothing was kept."""
        vault = self._vault
        if vault is None:
            raise NotAllowed(
                "Own tokens are not set up for this bot.", "Whoever runs it has to set BOT_ENCRYPTION_KEYS."
            )
        fingerprint = _fingerprint(token)
        if len(token) < _SHORTEST:
            raise BadInput("That is too short for a Cutover token.", "Copy it whole.")
        if fingerprint == self._service_print:
            raise NotAllowed("That is the bot's own token.", "Make one of your own in Cutover.")
        client = self._clients.make(token)
        person = await self._person(client, await self._email(actor))
        account = Account(
            actor.team_id,
            actor.user_id,
            person.id,
            vault.seal(token, f"{actor.team_id}:{actor.user_id}"),
            token[-_TAIL:],
            fingerprint,
            self._clock.unix(),
        )
        await self._accounts.save(account)
        self._clients.keep(account.owner, str(account.sealed), client)
        return person, account

    async def disconnect(self, team_id: str, user_id: str, *, pair: bool = False) -> Account | None:
        """Forget a token (`pair`: and whom the person stands for); what there was before."""
        before = await self._accounts.forget(team_id, user_id, pair=pair)
        self._clients.forget(f"{team_id}:{user_id}")
        return before

    async def is_author(self, actor: Actor, runbook_id: str, comment: Comment) -> bool:
        """Whether a comment just written with the person's token is theirs. False: the connection is gone.

        Where Cutover does not tell (its answer need not, and the action log is an addition), nothing is concluded.
        """
        account = await self.of(actor)
        if account is None or account.sealed is None or account.proven:
            return True
        author_id = comment.author_id or await self._author(runbook_id, comment.id)
        if author_id == account.cutover_id:
            await self._accounts.prove(account)
        elif author_id is not None:
            _log.error("token_of_another_person", user=actor.user_id, paired=account.cutover_id, author=author_id)
            await self.disconnect(actor.team_id, actor.user_id)
            return False
        return True

    async def _author(self, runbook_id: str, comment_id: str) -> str | None:
        since = self._clock.now() - _LOG_WINDOW
        try:
            entries = await self._service.list_action_logs(runbook_id=runbook_id, created_after=since).first(_ENTRIES)
        except CutoverError:
            return None
        found = [one.author_id for one in entries if one.resource_id == comment_id and one.author_id]
        return found[0] if comment_id and len(set(found)) == 1 else None

    async def _open(self, account: Account, sealed: str) -> CutoverClient:
        if self._vault is None:
            raise VaultError("Your Cutover token cannot be opened: the bot has no keys now.", _WAY_OUT)
        try:
            token = self._vault.open(sealed, account.owner)
        except VaultError as error:
            raise VaultError(error.sentence, _WAY_OUT) from None
        client = self._clients.make(token)
        if self._vault.needs_sealing_again(sealed):
            fresh = self._vault.seal(token, account.owner)
            await self._accounts.seal_again(account, fresh)
            account = replace(account, sealed=fresh)
        self._clients.keep(account.owner, str(account.sealed), client)
        return client

    async def _email(self, actor: Actor) -> str:
        member = await self._members.known(actor.user_id)
        if member is None:
            raise NotAllowed("Slack does not tell the bot now who you are.", "Try again in a moment.")
        if not member.email:
            raise NotAllowed(
                "Slack does not tell the bot your e-mail address, so it cannot find your Cutover user.",
                "The app needs the scope users:read.email.",
            )
        return member.email

    async def _person(self, client: CutoverClient, email: str) -> Person:
        """The active Cutover user of this address, asked with the person's token first: so the token is tried."""
        try:
            person = await client.get_user(email)
        except Unauthorised:
            raise BadInput("Cutover does not accept this token.", "Copy it whole, or make a new one.") from None
        except (Forbidden, NotFound):  # accepted, but its person may not look at users
            try:
                person = await self._service.get_user(email)
            except (Forbidden, NotFound):
                raise BadInput("Cutover has no user with your e-mail address in Slack.", "Nothing was kept.") from None
        if person.archived or person.email.casefold() != email.casefold():
            raise BadInput("Cutover has no active user with your e-mail address in Slack.", "Nothing was kept.")
        return person


def _fingerprint(token: str) -> str:
    """Tokens are random and long, so a plain digest tells nothing about them."""
    return hashlib.sha256(f"cutover-bot token {token}".encode()).hexdigest()
