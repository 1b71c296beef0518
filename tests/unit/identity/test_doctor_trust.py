"""The doctor looks at keys, policy and service mode, and tells no key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import manifest
from bot.doctor import examine
from bot.identity.vault import make_key
from bot.sandbox.cutover import EmbeddedCutover
from bot.sandbox.slack import EmbeddedSlack
from bot.settings import load


class Surgery:
    def __init__(self, slack: EmbeddedSlack, cutover: EmbeddedCutover, folder: Path) -> None:
        self.slack, self.cutover, self.folder = slack, cutover, folder

    async def line(self, what: str, **given: Any) -> str:
        """What is said of one setting; empty when nothing is."""
        settings = load(
            _env_file=None,
            slack_bot_token=self.slack.bot_token,
            slack_app_token=self.slack.app_token,
            slack_api_url=self.slack.api_url,
            cutover_api_url=self.cutover.url,
            cutover_api_token=self.cutover.tokens["bot"],
            bot_database_url=f"sqlite:///{self.folder / 'bot.db'}",
            **given,
        )
        shown: list[str] = []
        await examine(shown.append, settings)
        return next((line for line in shown if line[2:].startswith(what)), "")

    def policy(self, text: str) -> str:
        path = self.folder / "policy.yaml"
        path.write_text(text)
        return str(path)


@pytest.fixture
async def surgery(tmp_path: Path) -> AsyncIterator[Surgery]:
    async with EmbeddedSlack(manifest=manifest.build()) as slack, EmbeddedCutover(world="small") as cutover:
        yield Surgery(slack, cutover, tmp_path)


async def test_what_is_not_set_is_not_spoken_of(surgery: Surgery) -> None:
    for what in ("BOT_POLICY", "BOT_ENCRYPTION_KEYS", "BOT_SERVICE_MODE"):
        assert await surgery.line(what) == ""


async def test_good_keys_are_named_by_their_id_only(surgery: Surgery) -> None:
    key = make_key("spring")
    line = await surgery.line("BOT_ENCRYPTION_KEYS", bot_encryption_keys=f"{key},{make_key('winter')}")
    assert line.startswith("✓")
    assert "spring" in line
    assert key.partition(":")[2] not in line


@pytest.mark.parametrize(
    ("keys", "why"), [("k1:AAAA", "3 bytes"), ("k1", "id:base64"), ("k1:%%", "not base64"), (",", "no key")]
)
async def test_bad_keys_are_told_without_showing_them(surgery: Surgery, keys: str, why: str) -> None:
    line = await surgery.line("BOT_ENCRYPTION_KEYS", bot_encryption_keys=keys)
    assert line.startswith("✗")
    assert why in line
    assert "cutover-bot key" in line
    assert "AAAA" not in line


async def test_nobody_could_do_anything(surgery: Surgery) -> None:
    assert (await surgery.line("BOT_SERVICE_MODE", bot_service_mode="off")).startswith("✗")
    assert await surgery.line("BOT_SERVICE_MODE", bot_service_mode="off", bot_encryption_keys=make_key()) == ""


async def test_a_good_policy(surgery: Surgery) -> None:
    path = surgery.policy("grants: [{may: [view], everyone: true}, {may: [work], users: [U0DANA00001]}]")
    assert (await surgery.line("BOT_POLICY", bot_policy=path)).startswith("✓ BOT_POLICY: 2 grants")


@pytest.mark.parametrize(
    ("text", "why"), [("grants: [{may: [wrok], everyone: true}]", "grants.0.may"), ("grants: [", "YAML")]
)
async def test_a_policy_that_cannot_be_used_says_where(surgery: Surgery, text: str, why: str) -> None:
    line = await surgery.line("BOT_POLICY", bot_policy=surgery.policy(text))
    assert line.startswith("✗")
    assert why in line


async def test_a_policy_file_that_is_not_there(surgery: Surgery) -> None:
    assert "cannot be read" in await surgery.line("BOT_POLICY", bot_policy=str(surgery.folder / "none.yaml"))


async def test_user_groups_need_their_scope_and_have_to_exist(surgery: Surgery) -> None:
    path = surgery.policy("grants: [{may: [work], groups: [S0LEADS0001]}]")
    assert "usergroups:read" in await surgery.line("BOT_POLICY", bot_policy=path)
    await surgery.slack.set_app(scopes=[*manifest.SCOPES, "usergroups:read"])
    assert "no user group S0LEADS0001" in await surgery.line("BOT_POLICY", bot_policy=path)
    surgery.slack._ws.usergroups.append({"id": "S0LEADS0001", "name": "Leads", "handle": "leads", "users": []})
    assert (await surgery.line("BOT_POLICY", bot_policy=path)).startswith("✓")


@pytest.mark.parametrize(
    ("grant", "good"),
    [
        ("users: [U0DANA00001]", False),
        ("users: [U0DANA00001, U0SAM000002]", True),
        ("everyone: true", True),
    ],
)
async def test_a_second_person_has_to_be_named(surgery: Surgery, grant: str, good: bool) -> None:
    text = f"second_person: true\ngrants: [{{may: [run_live], {grant}}}]"
    line = await surgery.line("BOT_POLICY", bot_policy=surgery.policy(text), bot_operators="U0DANA00001")
    assert line.startswith("✓" if good else "✗")
    assert good or "only one may start them" in line


async def test_the_page_for_tokens_is_named_where_there_is_one(surgery: Surgery) -> None:
    given = {"bot_listen": "127.0.0.1:8080", "bot_encryption_keys": make_key(), "bot_public_url": "https://bot.example"}
    assert "https://bot.example" in await surgery.line("BOT_PUBLIC_URL", **given)
    assert await surgery.line("BOT_PUBLIC_URL") == ""
