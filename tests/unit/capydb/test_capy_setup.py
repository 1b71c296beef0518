"""Setting CapyDB up: what the settings take, and what the doctor says of the key."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.clock import Clock
from bot.doctor import Finding, _capydb
from bot.requests.build import client
from bot.sandbox.capydb import EmbeddedCapyDB
from bot.settings import Settings, SettingsError, load


def settings(**given: Any) -> Settings:
    needed = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}
    needed |= {"cutover_api_url": "https://api.example", "cutover_api_token": "t"}
    return load(_env_file=None, **{**needed, **given})


async def finding(capydb: EmbeddedCapyDB, key: str, **given: Any) -> Finding:
    async with aiohttp.ClientSession() as session:
        made = client(settings(capydb_api_url=capydb.url, capydb_api_key=key, **given), session, Clock())
        assert made is not None
        return await _capydb(made)


@pytest.mark.parametrize(
    ("key", "given", "good", "words"),
    [
        ("capy_live_harbour_ledger", {}, True, "projects it reaches: 1; cutover requests there: 0"),
        ("capy_live_harbour_all", {}, True, "reaches: 2"),
        ("capy_live_harbour_ledger", {"capydb_project_id": "prj_ledger"}, True, "reaches: 1"),
        ("capy_live_harbour_ledger", {"capydb_project_id": "prj_cards"}, False, "belongs to another project"),
        ("capy_live_harbour_all", {"capydb_project_id": "prj_none"}, False, "does not know this project"),
        ("nobody", {}, False, "does not accept the bot's key"),
    ],
)
async def test_the_doctor_tries_the_key(key: str, given: dict[str, Any], good: bool, words: str) -> None:
    async with EmbeddedCapyDB() as capydb:
        found = await finding(capydb, key, **given)
    assert (found.good, words in found.sentence) == (good, True), found
    assert key not in found.sentence


async def test_without_a_key_there_is_no_client() -> None:
    async with aiohttp.ClientSession() as session:
        assert client(settings(), session, Clock()) is None


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"capydb_api_key": "capy live"}, "CAPYDB_API_KEY"),
        ({"capydb_api_url": "capydb.dev"}, "CAPYDB_API_URL"),
        ({"capydb_project_id": "../prj"}, "CAPYDB_PROJECT_ID"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**given)
    assert caught.value.problems.keys() == {named}
