"""Reads the starting workspace (`world.yaml`) and app manifests.

The one rule: a manifest replaces the registration wholly (scopes, commands, shortcuts, events), so a scope that
the manifest forgets is refused here as Slack would refuse it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.model import App, Channel, Command, Shortcut, User

WORLD_FILE = Path(__file__).with_name("world.yaml")


@dataclass(slots=True)
class World:
    """The workspace as data, before anything has happened in it."""

    team: Json
    app: App
    users: dict[str, User]
    channels: dict[str, Channel]
    usergroups: list[Json]


def load_world(path: Path = WORLD_FILE) -> World:
    """Read a world file; unknown keys are an error (TypeError), so a typing slip is seen."""
    data = copy.deepcopy(_read(path))
    return World(
        team=dict(data["team"]),
        app=_app(data["app"]),
        users={entry["id"]: _user(entry) for entry in data["users"]},
        channels={entry["id"]: Channel(**entry) for entry in data["channels"]},
        usergroups=list(data.get("usergroups", [])),
    )


@cache
def _read(path: Path) -> Any:
    """Kept, for worlds are begun by the hundred in tests. The C loader is ten times as fast, where PyYAML has it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are the safe loaders


def _user(entry: Json) -> User:
    return User(**{"display_name": entry["name"], **entry})


def _app(entry: Json) -> App:
    commands = [Command(**item) for item in entry.get("commands", [])]
    shortcuts = [Shortcut(**item) for item in entry.get("shortcuts", [])]
    rest = {key: value for key, value in entry.items() if key not in ("commands", "shortcuts")}
    return App(**rest, commands=commands, shortcuts=shortcuts)


def read_manifest(source: str | Path | Json) -> Json:
    """A manifest from a YAML or JSON file, or already read. ValueError when it is not a mapping."""
    if isinstance(source, dict):
        return source
    data: Any = yaml.safe_load(Path(source).read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ValueError(f"{source} is not an app manifest")
    return data


def apply_manifest(app: App, manifest: Json) -> None:
    """Set the registration from a Slack app manifest (display_information, features, oauth_config, settings)."""
    features: Json = manifest.get("features") or {}
    settings: Json = manifest.get("settings") or {}
    subscriptions: Json = settings.get("event_subscriptions") or {}
    interactivity: Json = settings.get("interactivity") or {}
    scopes: Json = (manifest.get("oauth_config") or {}).get("scopes") or {}
    app.name = str((manifest.get("display_information") or {}).get("name", app.name))
    app.scopes = [str(scope) for scope in scopes.get("bot") or []]
    app.commands = [command_from(item) for item in features.get("slash_commands") or []]
    app.shortcuts = [shortcut_from(item) for item in features.get("shortcuts") or []]
    app.events = [str(name) for name in subscriptions.get("bot_events") or []]
    app.interactivity = bool(interactivity.get("is_enabled", False))
    app.home_tab = bool((features.get("app_home") or {}).get("home_tab_enabled", False))
    app.delivery = "socket" if settings.get("socket_mode_enabled") else "http"
    url = subscriptions.get("request_url") or interactivity.get("request_url")
    app.request_url = str(url) if url else app.request_url


def command_from(item: Json) -> Command:
    """One slash command as a manifest or the control interface writes it."""
    return Command(
        command=str(item["command"]),
        description=str(item.get("description", "")),
        usage_hint=str(item.get("usage_hint", "")),
        should_escape=bool(item.get("should_escape", False)),
    )


def shortcut_from(item: Json) -> Shortcut:
    """One shortcut as a manifest or the control interface writes it."""
    return Shortcut(
        callback_id=str(item["callback_id"]),
        name=str(item.get("name", item["callback_id"])),
        type=str(item.get("type", "message")),
        description=str(item.get("description", "")),
    )
