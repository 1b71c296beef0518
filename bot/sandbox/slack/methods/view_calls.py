"""views.*: open, push, update, publish.

The one rule: opening and pushing need a fresh trigger id, and a view that Slack refuses does not use the trigger up.
"""

from __future__ import annotations

from typing import Final

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.methods.base import Method
from bot.sandbox.slack.workspace import Workspace


def open_view(ws: Workspace, args: Args) -> Json:
    trigger_id = args.need("trigger_id")
    view = ws.views.check(args.data("view"), home=False)
    trigger = ws.triggers.exchange(trigger_id)
    return {"view": ws.views.public(ws.views.open(trigger.user, view))}


def push_view(ws: Workspace, args: Args) -> Json:
    """Only from an interaction in a modal that is still open."""
    trigger_id = args.need("trigger_id")
    view = ws.views.check(args.data("view"), home=False)
    trigger = ws.triggers.exchange(trigger_id)
    return {"view": ws.views.public(ws.views.push(trigger.user, view))}


def update_view(ws: Workspace, args: Args) -> Json:
    found = ws.views.find(args.text("view_id") or None, args.text("external_id") or None)
    view = ws.views.check(args.data("view"), home=found["type"] == "home")
    return {"view": ws.views.public(ws.views.update(found, view, args.text("hash") or None))}


def publish_view(ws: Workspace, args: Args) -> Json:
    user = args.need("user_id")
    if not ws.app.home_tab:
        raise SlackError("not_enabled")
    if user not in ws.users:
        raise SlackError("user_not_found")
    view = ws.views.check(args.data("view"), home=True)
    return {"view": ws.views.public(ws.views.publish(user, view, args.text("hash") or None))}


METHODS: Final = {
    "views.open": Method(open_view, tier=4),
    "views.push": Method(push_view, tier=4),
    "views.update": Method(update_view, tier=4),
    "views.publish": Method(publish_view, tier=4),
}
