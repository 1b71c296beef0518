"""The Slack app's manifest: Socket Mode as it is, HTTP on request, with every command under its prefix."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from bot import manifest
from bot.sandbox.slack import EmbeddedSlack


def test_socket_mode_needs_no_address() -> None:
    built = manifest.build()
    assert built["settings"]["socket_mode_enabled"] is True
    assert "http" not in json.dumps(built["features"]) + json.dumps(built["settings"])


def test_http_has_one_address_for_everything() -> None:
    address = "https://bot.example.com/slack/events"
    built = manifest.build(request_url=address)
    assert built["settings"]["socket_mode_enabled"] is False
    assert built["settings"]["interactivity"] == {
        "is_enabled": True,
        "request_url": address,
        "message_menu_options_url": address,
    }
    assert {entry["url"] for entry in built["features"]["slash_commands"]} == {address}


def test_the_prefix_stands_before_every_command() -> None:
    commands = [entry["command"] for entry in manifest.build("dr-")["features"]["slash_commands"]]
    assert commands == ["/dr-runbook", "/dr-task", "/dr-cutover"]


def test_what_is_printed_is_what_was_built() -> None:
    assert yaml.safe_load(manifest.text("dr-", "https://x.example/slack/events")) == manifest.build(
        "dr-", "https://x.example/slack/events"
    )


def test_lengths_are_those_that_slack_takes() -> None:
    built = manifest.build("x" * 20)
    assert len(built["display_information"]["name"]) <= 35
    assert len(built["display_information"]["description"]) <= 140
    for entry in built["features"]["slash_commands"]:
        assert len(entry["command"]) <= 32
        assert len(entry["description"]) <= 2000
        assert len(entry["usage_hint"]) <= 1000
    for entry in built["features"]["shortcuts"]:
        assert len(entry["name"]) <= 24
        assert len(entry["description"]) <= 150


@pytest.mark.parametrize("given", [{}, {"prefix": "dr-"}, {"request_url": "https://bot.example.com/slack/events"}])
async def test_a_slack_registers_an_app_from_it(given: dict[str, Any]) -> None:
    async with EmbeddedSlack(manifest=manifest.build(**given)) as slack:
        app = slack.world["app"]
        assert [entry["command"] for entry in app["commands"]] == [
            entry["command"] for entry in manifest.build(**given)["features"]["slash_commands"]
        ]
        assert set(app["scopes"]) == manifest.SCOPES.keys()
