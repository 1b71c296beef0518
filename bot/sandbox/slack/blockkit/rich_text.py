"""Rich text: what a rich_text block or a rich text input holds.

The one rule: only the four containers are allowed at the top, and lists nest by `indent`, not by containment.
"""

from __future__ import annotations

from bot.sandbox.slack.blockkit.checks import Check, array, boolean, by_type, enum, integer, obj, string, url

_STYLE = obj(
    {},
    {
        "bold": boolean,
        "italic": boolean,
        "strike": boolean,
        "code": boolean,
        "underline": boolean,
        "highlight": boolean,
        "client_highlight": boolean,
        "unlink": boolean,
    },
)


def _part(kind: str, required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return obj({"type": enum(kind), **required}, {"style": _STYLE, **(optional or {})})


_LINK = _part("link", {"url": url()}, {"text": string(least=0), "unsafe": boolean})
_TEXT = _part("text", {"text": string()})
PARTS: dict[str, Check] = {
    "text": _TEXT,
    "link": _LINK,
    "emoji": _part(
        "emoji",
        {"name": string()},
        {"unicode": string(), "skin_tone": integer(1, 6), "url": url(), "display_name": string()},
    ),
    "user": _part("user", {"user_id": string()}),
    "usergroup": _part("usergroup", {"usergroup_id": string()}),
    "channel": _part("channel", {"channel_id": string()}),
    "team": _part("team", {"team_id": string()}),
    "broadcast": _part("broadcast", {"range": enum("here", "channel", "everyone")}),
    "color": _part("color", {"value": string()}),
    "date": _part("date", {"timestamp": integer(0), "format": string()}, {"url": url(), "fallback": string()}),
}
_INLINE = array(by_type(PARTS, "rich text element"))
_SECTION = obj({"type": enum("rich_text_section"), "elements": _INLINE})
CONTAINERS: dict[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_list": obj(
        {
            "type": enum("rich_text_list"),
            "style": enum("bullet", "ordered"),
            "elements": array(by_type({"rich_text_section": _SECTION}, "rich text list item"), 1),
        },
        {"indent": integer(0, 8), "offset": integer(0), "border": integer(0, 1)},
    ),
    "rich_text_preformatted": obj(
        {
            "type": enum("rich_text_preformatted"),
            "elements": array(by_type({"text": _TEXT, "link": _LINK}, "preformatted text")),
        },
        {"border": integer(0, 1)},
    ),
    "rich_text_quote": obj({"type": enum("rich_text_quote"), "elements": _INLINE}, {"border": integer(0, 1)}),
}
RICH_TEXT_VALUE = obj(
    {"type": enum("rich_text"), "elements": array(by_type(CONTAINERS, "rich text container"), 1)},
    {"block_id": string(255)},
)
RICH_TEXT_INPUT = obj(
    {"type": enum("rich_text_input")},
    {
        "action_id": string(255),
        "initial_value": RICH_TEXT_VALUE,
        "focus_on_load": boolean,
        "placeholder": obj({"type": enum("plain_text"), "text": string(150)}, {"emoji": boolean}),
        "dispatch_action_config": obj(
            {"trigger_actions_on": array(enum("on_enter_pressed", "on_character_entered"), 1, 2)}
        ),
        "min_lines": integer(1),
        "max_lines": integer(1),
    },
)
