"""Modals and Home tabs: each person's stack, and the only ways to change it.

The one rule: a view belongs to one person; at most three stand on each other, and every change gives a new hash.
"""

from __future__ import annotations

import copy

from bot.sandbox.slack.blockkit import check_view, fill_in
from bot.sandbox.slack.errors import Json, SlackError, missing
from bot.sandbox.slack.workspace import Workspace

STACK = 3


class ViewBook:
    """The open modals (bottom first) and the Home tab of each person."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self.stacks: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}
        self.errors: dict[str, dict[str, str]] = {}

    def clear(self) -> None:
        self.stacks.clear()
        self.homes.clear()
        self.errors.clear()

    def owner(self, view_id: str) -> tuple[str, Json] | None:
        """The person and the view, while it is open."""
        for user, stack in self.stacks.items():
            for view in stack:
                if view["id"] == view_id:
                    return user, view
        for user, view in self.homes.items():
            if view["id"] == view_id:
                return user, view
        return None

    def check(self, view: object, *, home: bool) -> Json:
        """A view as given by the app, or SlackError."""
        if view is None:
            raise missing("view")
        verdict = check_view(view, home=home)
        if verdict is not None:
            if self._ws.strict or not isinstance(view, dict) or not isinstance(view.get("blocks"), list):
                raise SlackError(verdict.code, verdict.lines())
            self._ws.traffic.violation(self._ws.clock.now(), "view", verdict.code, verdict.lines(), view)
        assert isinstance(view, dict)
        return view

    def open(self, user: str, view: Json) -> Json:
        """A modal at the bottom of a fresh stack (an open one is replaced)."""
        self._unique_external(view)
        made = self._make(user, view, None)
        for old in self.stacks.get(user, []):
            self.errors.pop(old["id"], None)
        self.stacks[user] = [made]
        self._changed(user)
        return made

    def push(self, user: str, view: Json) -> Json:
        """A modal on top. push_limit_reached at the third, not_found when nothing is open."""
        stack = self.stacks.get(user, [])
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        self._unique_external(view)
        made = self._make(user, view, stack)
        stack.append(made)
        self._changed(user)
        return made

    def update(self, found: Json, view: Json, given_hash: str | None = None) -> Json:
        """Replace the contents of an open view in place; hash_conflict when `given_hash` is not its newest."""
        if given_hash and given_hash != found["hash"]:
            raise SlackError("hash_conflict")
        owner = self.owner(found["id"])
        if owner is None:
            raise SlackError("not_found")
        if view.get("external_id") and view["external_id"] != found.get("external_id"):
            self._unique_external(view)
        user = owner[0]
        stack = self.stacks.get(user, [])
        kept = {name: found[name] for name in ("id", "root_view_id", "previous_view_id", "state", "external_id")}
        made = {**self._make(user, view, stack), **kept}
        made["external_id"] = view.get("external_id") or found.get("external_id", "")
        found.clear()
        found.update(made)
        self.errors.pop(found["id"], None)
        self._changed(user, home=found["type"] == "home")
        return found

    def publish(self, user: str, view: Json, given_hash: str | None = None) -> Json:
        """Set the Home tab of a person."""
        old = self.homes.get(user)
        if old is not None:
            return self.update(old, view, given_hash)
        self.homes[user] = self._make(user, view, None)
        self._changed(user, home=True)
        return self.homes[user]

    def find(self, view_id: str | None, external_id: str | None) -> Json:
        """By id or external id; not_found when closed."""
        if not view_id and not external_id:
            raise missing("view_id")
        for view in [*(v for stack in self.stacks.values() for v in stack), *self.homes.values()]:
            if view_id and view["id"] == view_id:
                return view
            if not view_id and external_id and view.get("external_id") == external_id:
                return view
        raise SlackError("not_found")

    def close(self, user: str, view_id: str | None = None) -> list[Json]:
        """Take one view (and what stands on it) off the stack, or all; returns them, top first."""
        stack = self.stacks.get(user, [])
        index = next((i for i, view in enumerate(stack) if view["id"] == view_id), 0 if view_id is None else len(stack))
        gone = stack[index:][::-1]
        del stack[index:]
        for view in gone:
            self.errors.pop(view["id"], None)
        self._changed(user)
        return gone

    def refuse(self, user: str, view_id: str, errors: dict[str, str]) -> None:
        """Show errors beside the inputs of an open view."""
        self.errors[view_id] = errors
        self._changed(user)

    def public(self, view: Json) -> Json:
        """A copy for the outside."""
        return copy.deepcopy(view)

    def _changed(self, user: str, home: bool = False) -> None:
        self._ws.live.publish("home" if home else "view", user=user)

    def _unique_external(self, view: Json) -> None:
        external_id = view.get("external_id")
        if not external_id:
            return
        for stack in self.stacks.values():
            if any(other.get("external_id") == external_id for other in stack):
                raise SlackError("duplicate_external_id")

    def _make(self, user: str, view: Json, stack: list[Json] | None) -> Json:
        made: Json = {
            "id": self._ws.ids.new("V"),
            "team_id": self._ws.team["id"],
            "type": view["type"],
            "blocks": fill_in(view["blocks"], self._ws.ids.block),
            "private_metadata": view.get("private_metadata", ""),
            "callback_id": view.get("callback_id", ""),
            "state": {"values": {}},
            "hash": self._ws.ids.view_hash(),
            "title": view.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": bool(view.get("clear_on_close", False)),
            "notify_on_close": bool(view.get("notify_on_close", False)),
            "close": view.get("close"),
            "submit": view.get("submit"),
            "previous_view_id": stack[-1]["id"] if stack else None,
            "root_view_id": "",
            "app_id": self._ws.app.id,
            "external_id": view.get("external_id", ""),
            "app_installed_team_id": self._ws.team["id"],
            "bot_id": self._ws.app.bot_id,
        }
        made["root_view_id"] = stack[0]["id"] if stack else made["id"]
        return made
