"""Who am I, is it up, open a socket, judge some blocks: the methods around everything else.

The one rule: apps.connections.open needs the app-level token (xapp), everything else the bot token.
"""

from __future__ import annotations

from typing import Any, Final

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.blockkit import check_message_blocks, check_view
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.methods.base import Method
from bot.sandbox.slack.workspace import Workspace


def auth_test(ws: Workspace, args: Args) -> Json:
    return {
        "url": f"https://{ws.team['domain']}.slack.com/",
        "team": ws.team["name"],
        "user": ws.users[ws.bot].name,
        "team_id": ws.team["id"],
        "user_id": ws.bot,
        "bot_id": ws.app.bot_id,
        "is_enterprise_install": False,
    }


def api_test(ws: Workspace, args: Args) -> Json:
    """Echoes its arguments; `error` makes it fail with that code."""
    if args.get("error"):
        raise SlackError(args.text("error"), args=dict(args))
    return {"args": dict(args)}


def connections_open(ws: Workspace, args: Args) -> Json:
    if ws.app.delivery != "socket":
        raise SlackError("socket_mode_not_enabled")
    return {"url": ws.delivery.sockets.new_address()}


def team_info(ws: Workspace, args: Args) -> Json:
    team = ws.team
    return {"team": {**team, "url": f"https://{team['domain']}.slack.com/", "email_domain": "harbour.example"}}


def bots_info(ws: Workspace, args: Args) -> Json:
    if args.text("bot", ws.app.bot_id) != ws.app.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": ws.app.bot_id,
            "deleted": False,
            "name": ws.app.name,
            "app_id": ws.app.id,
            "user_id": ws.bot,
            "icons": {},
        }
    }


def emoji_list(ws: Workspace, args: Args) -> Json:
    return {"emoji": {}, "cache_ts": ws.ids.ts()}


def dnd_info(ws: Workspace, args: Args) -> Json:
    if args.text("user", ws.bot) not in ws.users:
        raise SlackError("user_not_found")
    return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": False}


def blocks_validate(ws: Workspace, args: Args) -> Json:
    """Exactly one of blocks, message, view; the pointer in the answer starts below it."""
    given = [name for name in ("blocks", "message", "view") if args.get(name)]
    if len(given) != 1:
        raise SlackError("invalid_arguments", ["provide exactly one of blocks, message or view"])
    value: Any = args.data(given[0])
    if given[0] == "view":
        verdict = check_view(value, "")
    elif given[0] == "message":
        if not isinstance(value, dict):
            raise SlackError("invalid_arguments", ["must provide an object [json-pointer:/message]"])
        verdict = check_message_blocks(value.get("blocks", []), "/blocks")
    else:
        verdict = check_message_blocks(value, "")
    if verdict is not None:
        errors = [{"pointer": f.pointer, "code": f.code, "message": f.message} for f in verdict.findings]
        raise SlackError(f"invalid_{given[0]}", errors=errors)
    return {}


METHODS: Final = {
    "auth.test": Method(auth_test, tier=0),
    "api.test": Method(api_test, tier=4, bearer="any"),
    "apps.connections.open": Method(connections_open, ("connections:write",), 0, bearer="app"),
    "team.info": Method(team_info, ("team:read",)),
    "bots.info": Method(bots_info, ("users:read",)),
    "emoji.list": Method(emoji_list, ("emoji:read",), 2),
    "dnd.info": Method(dnd_info, ("dnd:read",)),
    "blocks.validate": Method(blocks_validate, tier=0),
}
