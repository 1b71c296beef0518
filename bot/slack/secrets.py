"""What of a delivery is kept on disk. The one rule: a secret that somebody typed is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.blocks.ids import SECRET

_VERB: Final = "connect"
_TOKEN: Final = re.compile(r"\b[0-9a-fA-F]{48}\b")
"""What Cutover's tokens look like; nobody else uses so many hexadecimal digits in a row."""


def without_secrets(kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same delivery without what was typed into a secret input, or after `/cutover connect`.

    Taken up again after a crash it finds no token, and the person connects once more.
    """
    if kind == "command":
        text = str(body.get("text", ""))
        words = text.split()
        if len(words) > 1 and words[0].casefold() == _VERB:
            return {**body, "text": words[0]}
        return {**body, "text": _TOKEN.sub("", text)} if _TOKEN.search(text) else body
    view = body.get("view")
    state = view.get("state") if isinstance(view, Mapping) else None
    values = state.get("values") if isinstance(state, Mapping) else None
    if not isinstance(view, Mapping) or not isinstance(state, Mapping) or not isinstance(values, Mapping):
        return body
    if not any(str(name).startswith(SECRET) for name in values):
        return body
    kept = {name: value for name, value in values.items() if not str(name).startswith(SECRET)}
    return {**body, "view": {**view, "state": {**state, "values": kept}}}
