"""files.*: the upload in three steps, and what is on the shelf.

The one rule: a file is seen in a channel only after completeUploadExternal; `files.upload` is gone, as at Slack.
"""

from __future__ import annotations

from typing import Any, Final

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.events import emit
from bot.sandbox.slack.files import LARGEST, Stored
from bot.sandbox.slack.methods.base import Method
from bot.sandbox.slack.places import page, postable
from bot.sandbox.slack.posting import bot_body, post, read_content
from bot.sandbox.slack.workspace import Workspace


def get_upload_url(ws: Workspace, args: Args) -> Json:
    name = args.need("filename").replace("/", "_")
    length = args.need("length")
    if not length.isdecimal() or len(length) > 12 or int(length) < 1:
        raise SlackError("invalid_arguments", ["length must be a positive number"])
    if int(length) > LARGEST:
        raise SlackError("file_upload_size_restricted")
    entry = ws.files.promise(name, int(length), args.text("alt_txt"))
    return {"upload_url": f"{ws.base_url}/upload/{entry.secret}", "file_id": entry.id}


def complete_upload(ws: Workspace, args: Args) -> Json:
    listed: Any = args.data("files")
    if not isinstance(listed, list) or not listed or not all(isinstance(f, dict) and f.get("id") for f in listed):
        raise SlackError("invalid_arguments", ["missing required field: files"])
    channels = args.listed("channels") or args.listed("channel_id")
    places = [postable(ws, channel) for channel in channels]
    kept = [ws.files.complete(str(entry["id"]), str(entry.get("title") or "")) for entry in listed]
    for place in places:
        for entry in kept:
            entry.channels.append(place.id)
        _share(ws, place.id, kept, args)
    return {"files": [ws.files.describe(entry) for entry in kept]}


def _share(ws: Workspace, channel: str, kept: list[Stored], args: Args) -> None:
    fields = {"text": args.get("initial_comment"), "blocks": args.data("blocks")}
    content = read_content(ws, fields, need_text=False)
    described = [ws.files.describe(entry) for entry in kept]
    body = {**bot_body(ws, content), "files": described, "upload": True}
    post(ws, ws.channels[channel], body, thread_ts=args.text("thread_ts") or None)
    for entry in kept:
        emit(ws, {"type": "file_shared", "file_id": entry.id, "user_id": ws.bot, "channel_id": channel})


def info(ws: Workspace, args: Args) -> Json:
    return {"file": ws.files.describe(ws.files.find(args.need("file"))), "comments": []}


def listed(ws: Workspace, args: Args) -> Json:
    channel = args.text("channel")
    items = [
        ws.files.describe(entry)
        for entry in ws.files.files.values()
        if entry.completed and (not channel or channel in entry.channels)
    ]
    start = max(0, args.number("page", 1, 1, 10_000) - 1) * 100
    part, _ = page(items[start:], "", args.number("count", 100, 1, 1000))
    return {"files": part, "paging": {"count": len(part), "total": len(items), "page": 1, "pages": 1}}


def delete(ws: Workspace, args: Args) -> Json:
    entry = ws.files.find(args.need("file"))
    del ws.files.files[entry.id]
    for channel in ws.channels.values():
        for message in channel.messages.values():
            for shown in message.body.get("files", []):
                if shown.get("id") == entry.id:
                    shown["mode"] = "tombstone"
                    ws.live.publish("message", channel=channel.id, ts=message.ts)
    return {}


def gone(ws: Workspace, args: Args) -> Json:
    raise SlackError("method_deprecated")


METHODS: Final = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",), 4),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",), 4),
    "files.info": Method(info, ("files:read",), 4),
    "files.list": Method(listed, ("files:read",)),
    "files.delete": Method(delete, ("files:write",)),
    "files.upload": Method(gone, ("files:write",), 2),
}
