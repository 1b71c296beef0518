"""The doctor against both embedded servers: each trouble is found and comes with what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import manifest
from bot.doctor import examine
from bot.sandbox.cutover import EmbeddedCutover
from bot.sandbox.slack import EmbeddedSlack
from bot.settings import Settings, load


class Surgery:
    """Settings that work; a test spoils one thing."""

    def __init__(self, slack: EmbeddedSlack, cutover: EmbeddedCutover, folder: Path) -> None:
        self.slack, self.cutover, self.folder = slack, cutover, folder

    def settings(self, **given: Any) -> Settings:
        fixed = {
            "_env_file": None,
            "slack_bot_token": self.slack.bot_token,
            "slack_app_token": self.slack.app_token,
            "slack_api_url": self.slack.api_url,
            "cutover_api_url": self.cutover.url,
            "cutover_api_token": self.cutover.tokens["bot"],
            "bot_database_url": f"sqlite:///{self.folder / 'bot.db'}",
        }
        return load(**{**fixed, **given})

    async def lines(self, **given: Any) -> tuple[bool, dict[str, str]]:
        """(all is well, {what: mark and sentence})."""
        shown: list[str] = []
        good = await examine(shown.append, self.settings(**given))
        text = "\n".join(shown)
        secrets = (self.slack.bot_token, self.slack.app_token, self.cutover.tokens["bot"])
        assert not any(secret in text for secret in secrets)
        return good, {line[2:].partition(":")[0]: line for line in shown}


@pytest.fixture
async def surgery(tmp_path: Path) -> AsyncIterator[Surgery]:
    async with (
        EmbeddedSlack(manifest=manifest.build()) as slack,
        EmbeddedCutover(world="small") as cutover,
    ):
        yield Surgery(slack, cutover, tmp_path)


async def test_all_is_well(surgery: Surgery) -> None:
    good, lines = await surgery.lines(bot_operators="U0DANA00001")
    assert good
    assert all(line.startswith("✓") for line in lines.values()), lines
    assert lines.keys() == {
        *("Settings", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "CUTOVER_API_TOKEN", "Runbooks", "BOT_DATABASE_URL"),
        "BOT_OPERATORS",
    }
    assert "all scopes are there" in lines["SLACK_BOT_TOKEN"]
    assert "Api-Version" in lines["CUTOVER_API_TOKEN"]


async def test_nothing_is_changed_by_looking(surgery: Surgery) -> None:
    await surgery.lines()
    assert list(surgery.folder.iterdir()) == []
    assert {seen.method for seen in surgery.cutover.requests} == {"GET"}
    assert {call.method for call in surgery.slack.calls} == {"auth.test", "apps.connections.open"}


async def test_without_operators_it_says_what_that_means(surgery: Surgery) -> None:
    good, lines = await surgery.lines()
    assert good
    assert "nobody can start a live run" in lines["BOT_OPERATORS"]


async def test_a_missing_scope_is_named(surgery: Surgery) -> None:
    await surgery.slack.set_app(scopes=["chat:write", "commands", "users:read"])
    good, lines = await surgery.lines()
    assert not good
    assert lines["SLACK_BOT_TOKEN"].startswith("✗")
    assert "users:read.email" in lines["SLACK_BOT_TOKEN"]
    assert "install the app again" in lines["SLACK_BOT_TOKEN"]


@pytest.mark.parametrize(
    ("given", "what", "told"),
    [
        ({"slack_bot_token": "xoxb-wrong"}, "SLACK_BOT_TOKEN", "copy it again"),
        ({"slack_app_token": "xapp-wrong"}, "SLACK_APP_TOKEN", "copy it again"),
        ({"cutover_api_token": "0" * 48}, "CUTOVER_API_TOKEN", "make a new one"),
        ({"cutover_api_version": "1999-01-01"}, "CUTOVER_API_URL", "Api-Version"),
        ({"cutover_api_url": "http://127.0.0.1:1"}, "CUTOVER_API_URL", "reach"),
        ({"slack_api_url": "http://127.0.0.1:1/api/"}, "SLACK_BOT_TOKEN", "SLACK_API_URL cannot be reached"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else None,
)
async def test_a_wrong_setting_is_found_with_what_to_do(
    surgery: Surgery, given: dict[str, str], what: str, told: str
) -> None:
    good, lines = await surgery.lines(**given)
    assert not good
    assert lines[what].startswith("✗")
    assert told in lines[what], lines[what]
    assert lines["BOT_DATABASE_URL"].startswith("✓")


async def test_a_bot_token_in_the_place_of_the_app_token_is_told(surgery: Surgery) -> None:
    _, lines = await surgery.lines(slack_app_token=surgery.slack.bot_token)
    assert "app tokens with xapp-" in lines["SLACK_APP_TOKEN"]


@pytest.mark.parametrize("do", [{"status": 503}, {"status": 500, "html": "<h1>x</h1>"}, {"cut": "before"}], ids=str)
async def test_a_cutover_in_trouble_is_told(surgery: Surgery, do: dict[str, Any]) -> None:
    surgery.cutover.order([{"times": None, "do": do}])
    good, lines = await surgery.lines()
    assert not good
    assert lines["CUTOVER_API_URL"].startswith("✗")
    assert len(lines["CUTOVER_API_URL"]) > 40


async def test_a_slack_that_answers_html_is_told(surgery: Surgery) -> None:
    await surgery.slack.order([{"on": "api", "times": 9, "do": {"status": 502, "body": "<h1>Bad gateway</h1>"}}])
    good, lines = await surgery.lines()
    assert not good
    assert "does not answer like Slack" in lines["SLACK_BOT_TOKEN"]


@pytest.mark.parametrize("where", ["a folder", "below a file", "not a database"])
async def test_a_database_that_cannot_be_used_is_told(surgery: Surgery, where: str) -> None:
    taken = surgery.folder / "taken"
    taken.write_bytes(b"these bytes are no database" * 100)
    path = {"a folder": surgery.folder, "below a file": taken / "bot.db", "not a database": taken}[where]
    good, lines = await surgery.lines(bot_database_url=f"sqlite:///{path}")
    assert not good
    assert lines["BOT_DATABASE_URL"].startswith("✗")
    assert taken.read_bytes() == b"these bytes are no database" * 100


async def test_wrong_settings_are_each_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "secret secret")
    shown: list[str] = []
    assert await examine(shown.append) is False
    assert {line.partition(":")[0] for line in shown[:-1]} == {
        "✗ SLACK_BOT_TOKEN",
        "✗ CUTOVER_API_URL",
        "✗ CUTOVER_API_TOKEN",
    }
    assert "secret" not in "".join(shown)
