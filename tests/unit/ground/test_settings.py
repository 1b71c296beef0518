"""Settings: each wrong key is named with what to do, and no secret is ever printed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings, SettingsError, load

SECRETS = {"slack_bot_token": "xoxb-1-secret", "slack_app_token": "xapp-1-secret", "cutover_api_token": "5e7c0b-secret"}
GOOD: dict[str, Any] = {**SECRETS, "cutover_api_url": "https://api.example.cutover.com"}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but those of the test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def wrong(**given: Any) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load(**given)
    return caught.value.problems


def test_nothing_at_all_names_what_is_needed() -> None:
    assert wrong() == dict.fromkeys(("SLACK_BOT_TOKEN", "CUTOVER_API_URL", "CUTOVER_API_TOKEN"), "it is missing")


def test_the_least_that_works_has_safe_defaults() -> None:
    settings = load(**GOOD)
    assert settings.uses_socket
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.bot_operators == frozenset()
    assert settings.bot_health_listen is None
    assert settings.slack_response_hosts == ()


def test_they_come_from_the_environment_then_from_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = [f"{name.upper()}={value}" for name, value in GOOD.items()]
    (tmp_path / ".env").write_text("\n".join([*lines, "BOT_COMMAND_PREFIX=dr-", "SOMEBODY_ELSES=1", ""]))
    monkeypatch.setenv("CUTOVER_API_URL", "https://other.example")
    monkeypatch.setenv("BOT_OPERATORS", " U0DANA00001 ,W0SAM,")
    monkeypatch.setenv("SLACK_RESPONSE_HOSTS", "hooks.one.example, hooks.two.example")
    settings = load()
    assert settings.cutover_api_url == "https://other.example"
    assert settings.bot_command_prefix == "dr-"
    assert settings.bot_operators == {"U0DANA00001", "W0SAM"}
    assert settings.slack_response_hosts == ("hooks.one.example", "hooks.two.example")


def test_an_empty_variable_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")
    assert wrong()["SLACK_BOT_TOKEN"] == "it is missing"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SLACK_BOT_TOKEN=\xff\xfe\n")
    assert wrong(**GOOD) == {".env": "it cannot be read (UnicodeDecodeError)"}


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("slack_bot_token", "xoxb-1 secret", "white space"),
        ("slack_app_token", "xapp-1-secret\n", "white space"),
        ("slack_signing_secret_previous", "sécret", "odd characters"),
        ("cutover_api_token", "\u200bsecret", "odd characters"),
        ("slack_api_url", "slack.com/api/", "begins with https://"),
        ("slack_api_url", "https://slack.com/", "end in /api/"),
        ("cutover_api_url", "ftp://secret", "begins with https://"),
        ("cutover_api_url", "https://", "begins with https://"),
        ("bot_listen", "8080", "host:port"),
        ("bot_listen", "127.0.0.1:99999", "host:port"),
        ("bot_health_listen", "http://127.0.0.1:8080", "host:port"),
        ("bot_operators", "dana", "U012AB3CD"),
        ("bot_operators", "U0DANA00001 U0SAM000002", "commas"),
        ("bot_command_prefix", "DR-", "lower-case"),
        ("bot_command_prefix", "x" * 21, "lower-case"),
        ("bot_log_level", "loud", "INFO"),
        ("bot_database_url", "mysql://secret@host/db", "sqlite"),
        ("bot_database_url", "sqlite://", "sqlite"),
        ("bot_database_url", "sqlite:///:memory:", "sqlite"),
        ("bot_database_url", "bot.db", "sqlite"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_do_and_not_shown(key: str, value: str, told: str) -> None:
    problems = wrong(**{**GOOD, key: value})
    assert list(problems) == [key.upper()]
    assert told in problems[key.upper()]
    assert "secret" not in str(problems)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"slack_signing_secret": "s3", "bot_listen": "0.0.0.0:80"}, "both set"),
        ({"slack_app_token": None}, "SLACK_SIGNING_SECRET and BOT_LISTEN"),
        ({"slack_app_token": None, "slack_signing_secret": "s3"}, "BOT_LISTEN is needed"),
    ],
)
def test_a_slack_app_uses_one_way_and_needs_all_of_it(given: dict[str, Any], told: str) -> None:
    assert told in wrong(**{**GOOD, **given})["SETTINGS"]


def test_an_address_without_a_last_slash_gets_one() -> None:
    assert load(**GOOD, slack_api_url="http://127.0.0.1:1/api").slack_api_url == "http://127.0.0.1:1/api/"


def test_every_mistake_is_told_at_once() -> None:
    assert wrong(slack_bot_token=" ", cutover_api_url="x", bot_listen="x").keys() == {
        *("SLACK_BOT_TOKEN", "CUTOVER_API_URL", "CUTOVER_API_TOKEN", "BOT_LISTEN")
    }


def test_settings_can_be_printed_without_harm() -> None:
    settings = load(**GOOD)
    assert not any(secret in f"{settings!r}{settings}{settings.model_dump()}" for secret in SECRETS.values())


VALUES = st.text(st.characters(codec=None), max_size=30)


@given(st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), VALUES), st.text(min_size=6))
def test_whatever_is_set_it_works_or_each_key_is_told(given: dict[str, str], other: str) -> None:
    known = {".env", "SETTINGS", *(name.upper() for name in Settings.model_fields)}
    problems: dict[str, str] = {}
    try:
        load(**{**GOOD, "slack_api_url": other, **given})
    except SettingsError as error:
        problems = error.problems
    assert problems.keys() <= known
    assert all(problems.values())
    assert os.linesep not in "".join(problems)
