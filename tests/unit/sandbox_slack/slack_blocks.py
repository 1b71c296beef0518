"""Small Block Kit pieces for the tests of the judge.

The one rule: each is valid as it is; a test breaks one thing.
"""

from __future__ import annotations

from typing import Any

from slack_double import actions, button, mrkdwn, plain

J = dict[str, Any]


def section(text: str = "x", **more: Any) -> J:
    return {"type": "section", "text": mrkdwn(text), **more}


def option(n: Any = 0, text: str = "o", value: str | None = None) -> J:
    return {"text": plain(text), "value": value or f"v{n}"}


def options(n: int) -> list[J]:
    return [option(i) for i in range(n)]


def select(n: int = 1, **more: Any) -> J:
    return {"type": "static_select", "action_id": "s", "options": options(n), **more}


def confirm(**more: Any) -> J:
    return {"title": plain("t"), "text": plain("t"), "confirm": plain("y"), "deny": plain("n"), **more}


def rows(n: int, width: int = 1) -> J:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "c"}] * width for _ in range(n)]}


def image(url: str = "https://a.example/x.png", alt: str = "a") -> J:
    return {"type": "image", "image_url": url, "alt_text": alt}


CARD = {"type": "card", "title": plain("t")}
DIVIDER = {"type": "divider"}


def address(n: int) -> str:
    return "https://" + "x" * (n - 8)


def asking(**more: Any) -> J:
    return actions(button(confirm=confirm(**more)))


def choosing(entry: J) -> J:
    return actions(select() | {"options": [entry]})


def grouped(n: int) -> J:
    return {"type": "static_select", "option_groups": [{"label": plain("g"), "options": options(1)}] * n}


def offering(kind: str, n: int) -> J:
    return actions({"type": kind, "options": options(n)})


def video(title: str) -> J:
    places = {"thumbnail_url": "https://a.example", "video_url": "https://a.example"}
    return {"type": "video", "alt_text": "a", "title": plain(title), **places}


def container(n: int) -> J:
    return {"type": "container", "title": plain("t"), "child_blocks": [DIVIDER] * n}


def trash_cans(n: int) -> J:
    can = {"type": "icon_button", "icon": "trash", "text": plain("t")}
    return {"type": "context_actions", "elements": [{**can, "action_id": f"i{i}"} for i in range(n)]}
