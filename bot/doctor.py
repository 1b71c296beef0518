"""`cutover-bot doctor`. The one rule: every finding says what to do, and no check changes anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Set
from dataclasses import dataclass

import aiohttp

from bot import manifest
from bot.capydb import CapyClient
from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.cutover.transport import Transport
from bot.errors import BotError, Forbidden, SlackError, Unauthorised
from bot.identity.build import policy, vault
from bot.identity.rules import Right, Rules
from bot.requests import build
from bot.settings import Settings, SettingsError, load
from bot.slack.web import SlackWeb
from bot.store.check import check

_SECONDS = aiohttp.ClientTimeout(total=10)
_SLACK_ADVICE = {
    "invalid_auth": "The token is not known: copy it again from the app's page.",
    "not_authed": "The token is empty.",
    "account_inactive": "The app was removed from the workspace: install it again.",
    "token_revoked": "The token was revoked: install the app again and copy the new one.",
    "not_allowed_token_type": "This is the wrong kind of token: bot tokens begin with xoxb-, app tokens with xapp-.",
    "missing_scope": "Give the app the scopes of manifest.yml and install it again.",
    "no_json": "What is at SLACK_API_URL does not answer like Slack: check the address, and proxies on the way.",
    "unreachable": "SLACK_API_URL cannot be reached from here: check the address, the proxy and the firewall.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `what`, whether it passed, and a sentence (what to do when it did not)."""

    what: str
    good: bool
    sentence: str


async def examine(show: Callable[[str], object], settings: Settings | None = None) -> bool:
    """Check everything and show a line each; True when nothing is wrong."""
    if settings is None:
        try:
            settings = load()
        except SettingsError as error:
            for key, why in error.problems.items():
                show(f"✗ {key}: {why}")
            show("The other checks need complete settings (environment or .env).")
            return False
    show("✓ Settings: complete")
    good = True
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        async for finding in _findings(settings, session):
            good = good and finding.good
            show(f"{'✓' if finding.good else '✗'} {finding.what}: {finding.sentence}")
    return good


async def _findings(settings: Settings, session: aiohttp.ClientSession) -> AsyncIterator[Finding]:
    yield await _bot_token(settings, session)
    if settings.slack_app_token is not None:
        yield await _app_token(settings, session)
    async for finding in _cutover(settings, session):
        yield finding
    if capydb := build.client(settings, session, Clock()):
        yield await _capydb(capydb)
    yield await _store(settings)
    async for finding in _trust(settings, session):
        yield finding
    if settings.bot_operators:
        yield Finding("BOT_OPERATORS", True, f"{len(settings.bot_operators)} may start live runs and override")
    else:
        yield Finding("BOT_OPERATORS", True, "empty: nobody can start a live run from Slack")


async def _trust(settings: Settings, session: aiohttp.ClientSession) -> AsyncIterator[Finding]:
    """Who may do what, and with which account; only what is set."""
    try:
        if keys := vault(settings):
            yield Finding("BOT_ENCRYPTION_KEYS", True, f"people can connect; the key {keys.current} seals their tokens")
    except ValueError as error:
        yield Finding("BOT_ENCRYPTION_KEYS", False, f"{_reason(error)}. `cutover-bot key` makes one.")
    if settings.bot_public_url:
        sentence = f"/cutover connect gives links to {settings.bot_public_url}; a proxy passes them on to BOT_LISTEN"
        yield Finding("BOT_PUBLIC_URL", True, sentence)
    if settings.bot_service_mode == "off" and settings.bot_encryption_keys is None:
        sentence = "off, and without BOT_ENCRYPTION_KEYS nobody can connect: nothing can be done from Slack."
        yield Finding("BOT_SERVICE_MODE", False, sentence)
    if settings.bot_policy is not None:
        yield await _policy(settings, session)


async def _policy(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    try:
        rules = policy(settings, Clock()).rules
    except ValueError as error:
        return Finding("BOT_POLICY", False, f"{_reason(error)}.")
    web = SlackWeb(session, settings.slack_api_url, settings.slack_bot_token.get_secret_value(), Clock())
    for group in sorted(rules.groups):
        try:
            await web.call("usergroups.users.list", usergroup=group)
        except SlackError as error:
            advice = {
                "missing_scope": "it names user groups: give the app the scope usergroups:read and install it again.",
                "no_such_subteam": f"there is no user group {group}.",
            }
            return Finding("BOT_POLICY", False, advice.get(error.error, f"Slack answers {error.error} to {group}."))
    if rules.second_person and _starters(rules, settings.bot_operators) == 1:
        return Finding("BOT_POLICY", False, "live runs take two people, and only one may start them: name another.")
    return Finding("BOT_POLICY", True, f"{len(rules.grants)} grants; what they do not name is refused")


def _starters(rules: Rules, operators: Set[str]) -> int:
    """How many people may start live runs; 0 when that cannot be told (groups, everyone)."""
    granted = [grant for grant in rules.grants if Right.RUN_LIVE in grant.rights]
    if any(grant.everyone or grant.groups for grant in granted):
        return 0
    return len(frozenset(operators).union(*(grant.users for grant in granted)))


def _reason(error: ValueError) -> str:
    return str(error).partition(": ")[2].rstrip(".")


async def _bot_token(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    """auth.test; its header X-OAuth-Scopes tells which scopes the token has."""
    headers = {"Authorization": f"Bearer {settings.slack_bot_token.get_secret_value()}"}
    try:
        async with session.post(settings.slack_api_url + "auth.test", headers=headers, timeout=_SECONDS) as reply:
            answer = await reply.json(content_type=None)
            scopes = reply.headers.get("X-OAuth-Scopes")
    except ValueError:
        return Finding("SLACK_BOT_TOKEN", False, _SLACK_ADVICE["no_json"])
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Finding("SLACK_BOT_TOKEN", False, _SLACK_ADVICE["unreachable"])
    if not isinstance(answer, dict) or not answer.get("ok"):
        error = str(answer.get("error") if isinstance(answer, dict) else "no_json")
        return Finding("SLACK_BOT_TOKEN", False, _SLACK_ADVICE.get(error, f"Slack answers {error}."))
    lacking = set(manifest.SCOPES) - {one.strip() for one in (scopes or "").split(",")}
    if scopes is not None and lacking - manifest.OPTIONAL:
        sentence = f"scopes are missing: {', '.join(sorted(lacking))}. Add them and install the app again."
        return Finding("SLACK_BOT_TOKEN", False, sentence)
    known = "all scopes are there" if scopes is not None else "Slack did not tell the scopes"
    if scopes is not None and lacking:
        known = f"works with less, for these scopes are missing: {', '.join(sorted(lacking))}"
    return Finding("SLACK_BOT_TOKEN", True, f"works in {answer.get('team')} as {answer.get('user')}; {known}")


async def _app_token(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
    web = SlackWeb(session, settings.slack_api_url, token, Clock())
    try:
        await web.call("apps.connections.open")
    except SlackError as error:
        advice = _SLACK_ADVICE.get(error.error, f"Slack answers {error.error}.")
        return Finding("SLACK_APP_TOKEN", False, f"{advice} It needs the scope connections:write, Socket Mode on.")
    return Finding("SLACK_APP_TOKEN", True, "Socket Mode can connect")


async def _cutover(settings: Settings, session: aiohttp.ClientSession) -> AsyncIterator[Finding]:
    token = settings.cutover_api_token.get_secret_value()
    version = settings.cutover_api_version
    clock = Clock()
    try:
        transport = Transport(
            settings.cutover_api_url,
            token,
            api_version=version,
            core_url=settings.cutover_core_url,
            session=session,
            clock=clock,
            deadline=10.0,
        )
        client = CutoverClient(transport, clock)
        spaces = await client.list_workspaces().first(5)
        yield Finding(
            "CUTOVER_API_TOKEN", True, f"works with Api-Version {version}, sees {len(spaces)} workspaces or more"
        )
        runbooks = await client.list_runbooks().first(1)
    except Unauthorised:
        yield Finding("CUTOVER_API_TOKEN", False, "Cutover does not accept it: make a new one for the bot's user.")
        return
    except Forbidden:
        yield Finding("CUTOVER_API_TOKEN", False, "its user may not read workspaces: give it a role in Cutover.")
        return
    except BotError as error:
        yield Finding("CUTOVER_API_URL", False, f"{error.sentence} {error.hint} {error.detail.raw[:200]}".strip())
        return
    if runbooks:
        yield Finding("Runbooks", True, "the bot's user can read runbooks")
    else:
        yield Finding("Runbooks", False, "the bot's user sees none: add it to the runbooks it should work on.")


async def _capydb(capydb: CapyClient) -> Finding:
    """Reads only, so whether the key may ask for cutovers shows with the first one."""
    try:
        projects = await capydb.projects()
        found = [len(await capydb.requests(one.id)) for one in projects]
    except BotError as error:
        return Finding("CAPYDB_API_KEY", False, f"{error.sentence} {error.hint} {error.detail.raw[:200]}".strip())
    if not projects:
        return Finding("CAPYDB_API_KEY", False, "it lists no project: set CAPYDB_PROJECT_ID, or take another key.")
    return Finding(
        "CAPYDB_API_KEY", True, f"projects it reaches: {len(projects)}; cutover requests there: {sum(found)}"
    )


async def _store(settings: Settings) -> Finding:
    try:
        return Finding("BOT_DATABASE_URL", True, await asyncio.to_thread(check, settings.bot_database_url))
    except BotError as error:
        return Finding("BOT_DATABASE_URL", False, f"{error.sentence} {error.hint}".strip())
