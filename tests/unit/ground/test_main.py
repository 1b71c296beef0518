"""The command line: help for everything, wrong settings told by name, and no secret on any screen."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot import manifest
from bot.__main__ import cli
from bot.settings import Settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but those of the test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def say(*words: str) -> tuple[int, str, str]:
    """(exit code, standard output, errors) of `cutover-bot <words>`."""
    done = CliRunner().invoke(cli, list(words))
    return done.exit_code, done.stdout, done.stderr


COMMANDS = [("run",), ("demo",), ("doctor",), ("manifest",), ("sandbox", "cutover"), ("sandbox", "slack")]


def test_the_help_names_every_command() -> None:
    code, shown, _ = say("--help")
    assert code == 0
    assert all(words[0] in shown for words in COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...]) -> None:
    code, shown, errors = say(*words, "--help")
    assert (code, errors) == (0, "")
    assert "Usage" in shown


def test_running_without_settings_tells_each_key_and_shows_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1 secret")
    monkeypatch.setenv("BOT_LISTEN", "secret")
    code, shown, errors = say("run")
    assert (code, shown) == (2, "")
    for key in ("SLACK_BOT_TOKEN", "CUTOVER_API_URL: it is missing", "CUTOVER_API_TOKEN: it is missing", "BOT_LISTEN"):
        assert f"  {key}" in errors
    assert "cutover-bot doctor" in errors
    assert "secret" not in errors
    assert "Traceback" not in errors


def test_a_database_that_cannot_be_used_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    for key, value in {
        "SLACK_BOT_TOKEN": "xoxb-1-secret",
        "SLACK_APP_TOKEN": "xapp-1-secret",
        "CUTOVER_API_TOKEN": "5e7c0b-secret",
        "CUTOVER_API_URL": "http://127.0.0.1:1",
        "BOT_DATABASE_URL": f"sqlite:///{tmp_path / 'taken' / 'bot.db'}",
    }.items():
        monkeypatch.setenv(key, value)
    code, shown, errors = say("run")
    assert (code, shown) == (2, "")
    assert "database" in errors
    assert "secret" not in errors
    assert "Traceback" not in errors


def test_the_doctor_says_what_is_missing_and_that_all_is_not_well() -> None:
    code, shown, _ = say("doctor")
    assert code == 1
    assert "CUTOVER_API_TOKEN" in shown


def test_the_manifest_is_printed_for_socket_mode() -> None:
    code, shown, _ = say("manifest")
    assert (code, shown) == (0, manifest.text())


@pytest.mark.parametrize("given", ["https://bot.example.com", "https://bot.example.com/slack/events"])
def test_the_manifest_is_printed_for_http_with_a_prefix(given: str) -> None:
    code, shown, _ = say("manifest", "--http", given, "--prefix", "dr-")
    assert code == 0
    assert yaml.safe_load(shown) == manifest.build("dr-", "https://bot.example.com/slack/events")


@pytest.mark.parametrize(
    "words",
    [
        ("manifest", "--http", "http://bot.example.com"),
        ("sandbox", "slack", "--delivery", "pigeon"),
        ("sandbox", "cutover", "--without", "everything"),
        ("sandbox", "cutover", "--world", "nowhere.yaml", "--port", "0"),
        ("nonsense",),
        ("run", "--faster"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_told_in_a_sentence(words: tuple[str, ...]) -> None:
    code, _, errors = say(*words)
    assert code == 2
    assert errors.strip()
    assert "Traceback" not in errors
