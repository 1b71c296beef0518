"""A person uses an element: presses a button, chooses in a menu, types into a type-ahead.

The one rule: the payload is as Slack sends it: container and message for messages (no message for ephemeral
ones), the view for modals and Home, all inputs in state.values, a response_url for messages only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.acts import state
from bot.sandbox.slack.acts.base import Done, channel_of, frame, message_of, person, send, text_of, view_of
from bot.sandbox.slack.blockkit import check_options_answer
from bot.sandbox.slack.blockkit.objects import list_options
from bot.sandbox.slack.blockkit.tidy import interactive, with_children
from bot.sandbox.slack.errors import Json, Refused
from bot.sandbox.slack.model import Channel, Message, User
from bot.sandbox.slack.workspace import Workspace

# What Slack assumes when an external select does not say min_query_length.
MIN_QUERY = 3


@dataclass(slots=True)
class Surface:
    """Where the element is: a message in a channel, or a view."""

    key: str
    blocks: list[Json]
    channel: Channel | None = None
    message: Message | None = None
    view: Json | None = None

    def container(self) -> Json:
        if self.view is not None:
            return {"type": "view", "view_id": self.view["id"]}
        assert self.message is not None
        assert self.channel is not None
        about: Json = {
            "type": "message",
            "message_ts": self.message.ts,
            "channel_id": self.channel.id,
            "is_ephemeral": self.message.ephemeral_for is not None,
        }
        if self.message.thread_ts:
            about["thread_ts"] = self.message.thread_ts
        return about


def surface_of(ws: Workspace, user: str, body: Json) -> Surface:
    """By view_id, or by channel and message_ts; blocks of attachments are part of a message."""
    if body.get("view_id"):
        view = view_of(ws, user, text_of(body, "view_id"))
        return Surface(view["id"], view["blocks"], view=view)
    channel = channel_of(ws, user, body)
    message = message_of(ws, user, channel, text_of(body, "message_ts"))
    blocks = [*message.body.get("blocks", [])]
    for attachment in message.body.get("attachments", []):
        blocks += attachment.get("blocks", [])
    return Surface(f"{channel.id}:{message.ts}", blocks, channel, message)


def element_of(surface: Surface, body: Json) -> tuple[Json, Json]:
    """The block and the element meant; block_id, or a button's value, tells several with one action_id apart."""
    action_id, block_id, value = text_of(body, "action_id"), body.get("block_id"), body.get("value")
    found = [
        (block, element)
        for block in with_children(surface.blocks)
        for element in interactive(block)
        if element.get("action_id") == action_id and block_id in (None, block["block_id"])
    ]
    if len(found) > 1 and value is not None:
        found = [pair for pair in found if pair[1].get("value") == value] or found
    if not found:
        raise Refused("action_not_found", f"there is no {action_id[:80]!r} here", 404)
    if len(found) > 1:
        raise Refused("ambiguous_action", f"{action_id!r} is there {len(found)} times: give block_id or value", 409)
    return found[0]


def click(ws: Workspace, user: str, body: Json) -> Done:
    """Use an element. Sends nothing for *No* in the confirm dialog, or for an input without dispatch_action."""
    actor = person(ws, user)
    surface = surface_of(ws, user, body)
    block, element = element_of(surface, body)
    if "state" in body:
        state.put_all(ws, user, surface.key, surface.blocks, body["state"])
    if body.get("confirm") is False and element.get("confirm"):
        return Done(extra={"sent": False})
    action = _action(ws, user, surface, block, element, body.get("value"))
    if block["type"] == "input" and not block.get("dispatch_action"):
        ws.live.publish("view", user=user)
        return Done(extra={"sent": False})
    action |= {"action_id": element["action_id"], "block_id": block["block_id"], "action_ts": ws.ids.ts()}
    payload = {**_payload(ws, actor, surface, "block_actions"), "actions": [action]}
    payload["trigger_id"] = ws.triggers.give(user, surface.view["id"] if surface.view else None)
    if surface.channel is not None and surface.message is not None:
        payload["state"] = {"values": state.values(ws, user, surface.key, surface.blocks)}
        payload["response_url"] = ws.response_urls.give(surface.channel.id, user, surface.message.ts)
    return Done(send(ws, actor, payload))


def _action(ws: Workspace, user: str, surface: Surface, block: Json, element: Json, value: Any) -> Json:
    """The changing part of actions[0]; remembers the choice of a stateful element."""
    kind = element["type"]
    if kind in state.STATEFUL:
        chosen = state.put(ws, user, surface.key, block["block_id"], element, value)
        initial = {name: entry for name, entry in element.items() if name.startswith("initial_")}
        return {**chosen, **initial}
    if kind == "overflow":
        for option in element["options"]:
            if option["value"] == value:
                return {"type": kind, "selected_option": option}
        raise Refused("option_not_offered", f"{str(value)[:80]!r} is not in this menu", 409)
    if kind == "feedback_buttons":
        for side in ("positive_button", "negative_button"):
            if element[side]["value"] == value:
                return {"type": kind, "value": value, "text": element[side]["text"]}
        raise Refused("option_not_offered", "value must be that of one of the two buttons", 409)
    shown: Json = {name: element[name] for name in ("text", "value", "style") if name in element}
    return {"type": kind, **shown}


def _payload(ws: Workspace, actor: User, surface: Surface, kind: str) -> Json:
    payload = {**frame(ws, actor, kind), "container": surface.container()}
    if surface.view is not None:
        return payload | {"view": view_with_state(ws, actor.id, surface.view)}
    assert surface.channel is not None
    assert surface.message is not None
    name = surface.channel.name if not surface.channel.is_im else "directmessage"
    payload["channel"] = {"id": surface.channel.id, "name": name}
    if surface.message.ephemeral_for is None:
        payload["message"] = surface.message.public()
    return payload


def view_with_state(ws: Workspace, user: str, view: Json) -> Json:
    """The view as payloads carry it: with what this person has put in."""
    return {**ws.views.public(view), "state": {"values": state.values(ws, user, view["id"], view["blocks"])}}


def options(ws: Workspace, user: str, body: Json) -> Done:
    """Type into an external select; the answer's options are what this person can choose from then on."""
    actor = person(ws, user)
    surface = surface_of(ws, user, body)
    block, element = element_of(surface, body)
    if element["type"] not in ("external_select", "multi_external_select"):
        raise Refused("no_query", "this element has its options already", 409)
    query = str(body.get("query") or "")
    if len(query) < element.get("min_query_length", MIN_QUERY):
        return Done(extra={"sent": False, "options": []})
    payload = {
        **_payload(ws, actor, surface, "block_suggestion"),
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": query,
    }
    shown: Json = {}

    def answered(answer: object) -> None:
        verdict = check_options_answer(answer)
        if verdict is not None:
            ws.traffic.violation(ws.clock.now(), "answer to block_suggestion", verdict.code, verdict.lines(), answer)
            ws.toast(user, "Result failed to load")
            return
        assert isinstance(answer, dict)
        shown.update(answer)
        offered = {option["value"]: option for option in list_options(answer)}
        ws.inputs.offered[(user, surface.key, block["block_id"], element["action_id"])] = offered

    return Done(send(ws, actor, payload, answered), later=lambda: dict(shown))
