"""What a person can do in Slack, as the page and the control interface ask for it.

The one rule: every act goes through `perform`, so its answer is the same over HTTP and in one process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from bot.sandbox.slack.acts import forms, press, speak, start
from bot.sandbox.slack.acts.base import Done
from bot.sandbox.slack.errors import Json, Refused
from bot.sandbox.slack.workspace import Workspace

ACTS: Final[dict[str, Callable[[Workspace, str, Json], Done]]] = {
    "command": speak.command,
    "message": speak.message,
    "react": speak.react,
    "join": speak.join,
    "leave": speak.leave,
    "invite": speak.invite,
    "reload": speak.reload,
    "read": speak.read,
    "click": press.click,
    "options": press.options,
    "submit": forms.submit,
    "close": forms.close,
    "shortcut": start.shortcut,
    "home": start.home,
}
# `"wait": true` waits as long as the app has, and a little for the answer to be drawn.
DEFAULT_WAIT = 10.0


async def perform(ws: Workspace, user: str, verb: str, body: Json) -> Json:
    """Do it and answer as docs/sandbox-slack.md says. Refused when a person could not have done it."""
    act = ACTS.get(verb)
    if act is None:
        raise Refused("unknown_act", f"nobody can {verb[:40]!r}; known: {', '.join(ACTS)}", 404)
    wait = body.get("wait", verb == "options")
    if not isinstance(wait, bool | int | float):
        raise Refused("invalid_wait", "wait is true, false or a number of seconds")
    done = act(ws, user, body)
    answer: Json = {"ok": True, "envelope": done.envelope.id if done.envelope else None, **done.extra}
    if done.envelope is None or not wait:
        return answer
    seconds = DEFAULT_WAIT if wait is True else float(wait)
    try:
        async with asyncio.timeout(seconds):
            await done.envelope.done.wait()
    except TimeoutError:
        pass
    envelope = done.envelope
    return {
        **answer,
        "acked": envelope.acked,
        "ack_ms": envelope.ack_ms,
        "answer": envelope.answer,
        "in_time": envelope.in_time,
        **done.later(),
    }
