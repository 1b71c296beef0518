"""Reads the arguments of a Web API call, however they were sent.

The one rule: query, form, JSON and multipart are merged into one mapping, and JSON written as a string inside a form
(blocks, view, metadata) becomes JSON; the token never stays among the arguments.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from bot.sandbox.slack.errors import Json, SlackError, missing
from bot.sandbox.slack.jsontext import parse

# Arguments that hold JSON, and what Slack says when it is not.
_JSON_ARGUMENTS = {
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_attachments",
    "view": "invalid_arguments",
    "metadata": "invalid_metadata_format",
    "files": "invalid_arguments",
    "message": "invalid_arguments",
    "unfurls": "invalid_arguments",
}


class Args(dict[str, Any]):
    """Arguments with Slack's loose reading of types: "true", "1" and true are the same."""

    def text(self, name: str, default: str = "") -> str:
        value = self.get(name, default)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """The argument, or invalid_arguments "missing required field"."""
        value = self.get(name)
        if value is None or value == "":
            raise missing(name)
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.get(name)
        return default if value is None else str(value).lower() in ("true", "1")

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number; `invalid_limit` when it is none or out of range."""
        value = self.get(name)
        if value is None or value == "":
            return default
        try:
            found = int(str(value))
        except ValueError:
            raise SlackError("invalid_limit") from None
        if not least <= found <= most:
            raise SlackError("invalid_limit")
        return found

    def listed(self, name: str) -> list[str]:
        """A comma-separated or JSON list of strings."""
        value = self.get(name)
        if isinstance(value, list):
            return [str(entry) for entry in value]
        return [part.strip() for part in str(value or "").split(",") if part.strip()]

    def data(self, name: str) -> Any:
        """A JSON argument, or None when absent or empty."""
        value = self.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return parse(value)
        except ValueError:
            raise SlackError(_JSON_ARGUMENTS.get(name, "invalid_arguments")) from None


async def read_call(request: web.Request) -> tuple[str | None, Args]:
    """The bearer token (header first, then `token`) and the arguments. SlackError for unreadable bodies."""
    args = Args(request.query)
    json_body = False
    if request.method == "POST" and request.can_read_body:
        kind = request.content_type
        if kind == "application/json":
            args.update(_object(await request.read()))
            json_body = True
        elif kind == "multipart/form-data":
            args.update(await _multipart(request))
        elif kind == "application/x-www-form-urlencoded":
            args.update(await request.post())
        else:
            raise SlackError("invalid_post_type")
    header = request.headers.get("Authorization", "")
    named = args.pop("token", None)
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip(), args
    # A token inside a JSON body is not looked at: Slack wants the header there.
    return (None if json_body or named is None else str(named)), args


def _object(raw: bytes) -> Json:
    try:
        body = parse(raw)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


async def _multipart(request: web.Request) -> Json:
    found: Json = {}
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                raw = await part.read(decode=True)
                found[part.name] = raw.decode("utf-8", "replace") if part.filename is None else bytes(raw)
    except ValueError:
        raise SlackError("invalid_form_data") from None
    return found
