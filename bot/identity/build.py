"""Puts the parts of this package together from the settings. The one rule: what is wrong is named before the start."""

from __future__ import annotations

import aiohttp

from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.identity.accounts import Accounts
from bot.identity.acting import Acting
from bot.identity.connections import Connections
from bot.identity.groups import UserGroups
from bot.identity.own import OwnClients, OwnTransport
from bot.identity.policy import Policy
from bot.identity.vault import Vault
from bot.settings import Settings, StoreSettings
from bot.slack.people import People
from bot.slack.web import SlackWeb
from bot.store import Database


def build(
    settings: Settings,
    *,
    service: CutoverClient,
    session: aiohttp.ClientSession,
    web: SlackWeb,
    people: People,
    database: Database,
    clock: Clock,
) -> tuple[Acting, Connections]:
    """Who acts, and who is connected. Raises ValueError naming the setting that cannot be used."""

    def opening(token: str) -> OwnTransport:
        return OwnTransport(
            settings.cutover_api_url,
            token,
            api_version=settings.cutover_api_version,
            core_url=settings.cutover_core_url,
            session=session,
            clock=clock,
        )

    connections = Connections(
        Accounts(database),
        OwnClients(opening, service.features, clock),
        service,
        people,
        clock,
        vault(settings),
        settings.cutover_api_token.get_secret_value(),
    )
    rules = policy(settings, clock, people, UserGroups(web, clock))
    return Acting(service, rules, connections, settings.bot_service_mode), connections


def policy(settings: Settings, clock: Clock, people: People | None = None, groups: UserGroups | None = None) -> Policy:
    """The policy of the settings. Raises ValueError."""
    try:
        return Policy(settings.bot_operators, clock, people, groups, settings.bot_policy)
    except ValueError as error:
        raise ValueError(f"BOT_POLICY: {error}") from None


def vault(settings: StoreSettings) -> Vault | None:
    """The keys of the settings; None without any. Raises ValueError, which never holds a key."""
    if settings.bot_encryption_keys is None:
        return None
    try:
        return Vault(settings.bot_encryption_keys.get_secret_value())
    except ValueError as error:
        raise ValueError(f"BOT_ENCRYPTION_KEYS: {error}") from None
