"""A person submits or closes a modal, and what the app's answer does to the stack.

The one rule: Slack's own checks come first; the app's answer is judged as strictly as a call, and a wrong one
leaves the modal open with "Trouble connecting".
"""

from __future__ import annotations

from bot.sandbox.slack.acts import checks, state
from bot.sandbox.slack.acts.base import TROUBLE, Done, frame, person, send, text_of, view_of
from bot.sandbox.slack.acts.press import view_with_state
from bot.sandbox.slack.blockkit.tidy import interactive
from bot.sandbox.slack.errors import Json, Refused, SlackError
from bot.sandbox.slack.traffic import Envelope
from bot.sandbox.slack.workspace import Workspace


def submit(ws: Workspace, user: str, body: Json) -> Done:
    """Press the submit button. Refused client_validation when a field is not right; nothing is sent then."""
    actor = person(ws, user)
    view = view_of(ws, user, text_of(body, "view_id"))
    if view["type"] != "modal" or not view.get("submit"):
        raise Refused("no_submit", "this view has no submit button", 409)
    state.put_all(ws, user, view["id"], view["blocks"], body.get("values") or {})
    values = state.values(ws, user, view["id"], view["blocks"])
    errors = checks.check_inputs(view["blocks"], values)
    if errors:
        ws.views.refuse(user, view["id"], errors)
        raise Refused("client_validation", "some fields are not right yet", 400, errors=errors)
    ws.views.refuse(user, view["id"], {})
    payload = {
        **frame(ws, actor, "view_submission"),
        "trigger_id": ws.triggers.give(user, view["id"]),
        "view": view_with_state(ws, user, view),
        "response_urls": _response_urls(ws, user, view, values),
    }
    view_id = view["id"]

    def answered(answer: object) -> None:
        try:
            apply_answer(ws, user, view_id, answer)
        except SlackError as refusal:
            lines = refusal.findings or [refusal.code]
            ws.traffic.violation(ws.clock.now(), "answer to view_submission", refusal.code, lines, answer)
            ws.toast(user, TROUBLE)

    return Done(send(ws, actor, payload, answered))


def _response_urls(ws: Workspace, user: str, view: Json, values: Json) -> list[Json]:
    """One for each chosen conversation whose input asked for it."""
    found: list[Json] = []
    for block in view["blocks"]:
        for element in interactive(block):
            if not element.get("response_url_enabled"):
                continue
            chosen = values[block["block_id"]][element["action_id"]][state.field_of(element["type"])]
            if chosen:
                place = chosen if chosen in ws.channels else ws.direct_channel(chosen).id
                found.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": place,
                        "response_url": ws.response_urls.give(place, user),
                    }
                )
    return found


def apply_answer(ws: Workspace, user: str, view_id: str, answer: object) -> None:
    """Nothing closes this view; errors, update, push and clear do what they say. SlackError for any other answer."""
    found = next((view for view in ws.views.stacks.get(user, []) if view["id"] == view_id), None)
    if found is None:
        return
    if answer in (None, "", {}):
        ws.views.close(user, view_id)
        return
    if not isinstance(answer, dict):
        raise SlackError("invalid_response", ["the answer to a view_submission is empty or a JSON object"])
    action = answer.get("response_action")
    if action == "errors":
        ws.views.refuse(user, view_id, _errors(found, answer.get("errors")))
    elif action == "update":
        ws.views.update(found, ws.views.check(answer.get("view"), home=False))
    elif action == "push":
        ws.views.push(user, ws.views.check(answer.get("view"), home=False))
    elif action == "clear":
        ws.views.close(user)
    else:
        raise SlackError("invalid_response_action", [f"unknown response_action: {str(action)[:60]}"])


def _errors(view: Json, errors: object) -> dict[str, str]:
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_response", ["errors must be {block_id: text}"])
    for block_id, text in errors.items():
        if block_id not in inputs:
            raise SlackError("invalid_response", [f"there is no input block {str(block_id)[:60]}"])
        if not isinstance(text, str) or not text:
            raise SlackError("invalid_response", [f"the error of {block_id} must be a text"])
    return dict(errors)


def close(ws: Workspace, user: str, body: Json) -> Done:
    """Press Cancel or the cross. The app hears of it only for views with notify_on_close."""
    actor = person(ws, user)
    view = view_of(ws, user, text_of(body, "view_id"))
    if view["type"] != "modal":
        raise Refused("not_a_modal", "the Home tab is not closed", 409)
    clear = bool(body.get("clear")) or view["clear_on_close"]
    payloads = [
        {**frame(ws, actor, "view_closed"), "view": view_with_state(ws, user, gone), "is_cleared": clear}
        for gone in ws.views.close(user, None if clear else view["id"])
        if gone["notify_on_close"]
    ]
    sent: list[Envelope] = [send(ws, actor, payload) for payload in payloads]
    return Done(sent[0] if sent else None, {} if sent else {"sent": False})
