"""The Slack app's manifest. The one rule: a test holds it equal to the listeners, and `manifest.yml` equal to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import yaml

SCOPES: Final = {
    "chat:write": "post announcements where the bot is a member, and answers that only one person sees",
    "commands": "the slash commands and the message shortcut",
    "users:read": "the name that goes into comments in Cutover",
    "users:read.email": "find the Cutover user that belongs to a Slack user, and who to mention when a task can start",
    "pins:write": "pin the live board of a run",
    "files:write": "post after-run reports and pictures of a run, which are files",
    "channels:read": "show in the App Home the runs of the public channels that the person is in",
    "groups:read": "the same for private channels",
    "channels:history": "after a crash, see whether a post arrived before it is posted again, in public channels",
    "groups:history": "the same in private channels",
}
OPTIONAL: Final = frozenset(
    {"pins:write", "files:write", "channels:read", "groups:read", "channels:history", "groups:history"}
)
"""The bot works without these, with less: README says what is lost."""
EVENTS: Final = ("app_home_opened",)
COMMANDS: Final = {
    "runbook": ("Find, start and steer runbooks", "list | show | streams | start | status | comment | help"),
    "task": ("See, start and finish tasks", "list | next | show | start | finish | skip | assign | comment | help"),
    "cutover": (
        "Link channels to runbooks, choose what they hear, and help",
        "link | unlink | watch | digest | request | requests | connect | disconnect | whoami | help",
    ),
}
# A shortcut's name has at most 24 characters (github.com/slackapi/manifest-schema): a longer one refuses the whole app.
SHORTCUTS: Final = {"comment_from_message": ("Add to runbook comments", "Keep this message as a comment in Cutover")}


def build(prefix: str = "", request_url: str | None = None, *, commands: Iterable[str] = COMMANDS) -> dict[str, Any]:
    """The manifest; Socket Mode unless `request_url` (ends in /slack/events) is given. `prefix` before all commands."""
    shortcuts = [
        {"name": title, "type": "message", "callback_id": key, "description": description}
        for key, (title, description) in SHORTCUTS.items()
    ]
    interactivity: dict[str, Any] = {"is_enabled": True}
    if request_url:
        interactivity |= {"request_url": request_url, "message_menu_options_url": request_url}
    events: dict[str, Any] = {"bot_events": list(EVENTS)}
    if request_url:
        events |= {"request_url": request_url}
    return {
        "display_information": {
            "name": "Cutover",
            "description": "Run Cutover runbooks from Slack",
            "background_color": "#0f766e",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "cutover", "always_online": True},
            "shortcuts": shortcuts,
            "slash_commands": [_command(name, prefix, request_url) for name in commands],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }


def _command(name: str, prefix: str, request_url: str | None) -> dict[str, Any]:
    description, usage = COMMANDS[name]
    entry: dict[str, Any] = {
        "command": f"/{prefix}{name}",
        "description": description,
        "usage_hint": usage,
        "should_escape": True,
    }
    return {**entry, "url": request_url} if request_url else entry


def text(prefix: str = "", request_url: str | None = None) -> str:
    """The manifest as YAML, ready to paste into Slack."""
    dumped: str = yaml.safe_dump(build(prefix, request_url), sort_keys=False, allow_unicode=True, width=120)
    return dumped
