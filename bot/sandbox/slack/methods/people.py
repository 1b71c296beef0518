"""users.* and usergroups.*: the people of the workspace.

The one rule: an e-mail address is shown only to an app with users:read.email, and a deleted person is not found
by it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.methods.base import Method
from bot.sandbox.slack.model import User
from bot.sandbox.slack.places import page
from bot.sandbox.slack.workspace import Workspace


def describe_user(ws: Workspace, user: User) -> Json:
    """A user object; `tz_offset` in seconds, now."""
    moment = datetime.fromtimestamp(ws.clock.now(), UTC).astimezone(ZoneInfo(user.tz))
    offset = moment.utcoffset()
    return {
        "id": user.id,
        "team_id": ws.team["id"],
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": moment.tzname() or "",
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile(ws, user),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": user.is_stranger,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }


def profile(ws: Workspace, user: User) -> Json:
    """The profile; the e-mail address only with its scope."""
    first, _, last = user.real_name.partition(" ")
    about: Json = {
        "title": user.title,
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "first_name": first,
        "last_name": last,
        "team": ws.team["id"],
    }
    if user.is_bot:
        about |= {"api_app_id": ws.app.id, "bot_id": ws.app.bot_id}
    elif "users:read.email" in ws.app.scopes:
        about["email"] = user.email
    return about


def _user(ws: Workspace, wanted: str) -> User:
    user = ws.users.get(wanted)
    if user is None:
        raise SlackError("user_not_found")
    return user


def info(ws: Workspace, args: Args) -> Json:
    return {"user": describe_user(ws, _user(ws, args.need("user")))}


def listed(ws: Workspace, args: Args) -> Json:
    items = [describe_user(ws, user) for user in ws.users.values()]
    part, cursor = page(items, args.text("cursor"), args.number("limit", 1000, 1, 1000))
    return {"members": part, "cache_ts": int(ws.clock.now()), "response_metadata": {"next_cursor": cursor}}


def lookup_by_email(ws: Workspace, args: Args) -> Json:
    email = args.need("email").casefold()
    for user in ws.users.values():
        if user.email.casefold() == email and not user.deleted and not user.is_bot:
            return {"user": describe_user(ws, user)}
    raise SlackError("users_not_found")


def profile_get(ws: Workspace, args: Args) -> Json:
    return {"profile": profile(ws, _user(ws, args.text("user", ws.bot)))}


def groups(ws: Workspace, args: Args) -> Json:
    found: list[Json] = []
    for group in ws.usergroups:
        about = {
            "id": group["id"],
            "team_id": ws.team["id"],
            "is_usergroup": True,
            "name": group["name"],
            "handle": group["handle"],
            "description": "",
            "date_delete": 0,
            "user_count": len(group["users"]),
        }
        found.append(about | ({"users": group["users"]} if args.flag("include_users") else {}))
    return {"usergroups": found}


def group_users(ws: Workspace, args: Args) -> Json:
    wanted = args.need("usergroup")
    for group in ws.usergroups:
        if group["id"] == wanted:
            return {"users": list(group["users"])}
    raise SlackError("no_such_subteam")


METHODS: Final = {
    "users.info": Method(info, ("users:read",), 4),
    "users.list": Method(listed, ("users:read",), 2),
    "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",)),
    "users.profile.get": Method(profile_get, ("users.profile:read",), 4),
    "usergroups.list": Method(groups, ("usergroups:read",), 2),
    "usergroups.users.list": Method(group_users, ("usergroups:read",), 2),
}
