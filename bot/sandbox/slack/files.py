"""The shelf of uploaded files: what getUploadURLExternal promises and completeUploadExternal keeps.

The one rule: bytes that were uploaded but not completed are nobody's and are dropped when the upload URL is an
hour old.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field

from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.workspace import Workspace

LARGEST = 50_000_000
URL_LIFE_SECONDS = 3600.0


@dataclass(slots=True)
class Stored:
    """One file; `data` is None until the bytes came. `channels` is empty until it is completed and shared."""

    id: str
    secret: str
    name: str
    length: int
    created: float
    alt_text: str = ""
    title: str = ""
    data: bytes | None = None
    completed: bool = False
    channels: list[str] = field(default_factory=list)


class FileShelf:
    """All files of the workspace, in memory."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self.files: dict[str, Stored] = {}

    def clear(self) -> None:
        self.files.clear()

    def promise(self, name: str, length: int, alt_text: str) -> Stored:
        """A place to upload to."""
        now = self._ws.clock.now()
        for old in [f for f in self.files.values() if not f.completed and f.created + URL_LIFE_SECONDS < now]:
            del self.files[old.id]
        entry = Stored(self._ws.ids.new("F"), self._ws.ids.secret(), name, length, now, alt_text)
        self.files[entry.id] = entry
        return entry

    def receive(self, secret: str, data: bytes) -> bool:
        """Take the bytes; False when the URL is unknown, used or too old, or the length is not the promised one."""
        for entry in self.files.values():
            if entry.secret == secret and entry.data is None and len(data) == entry.length:
                entry.data = data
                return entry.created + URL_LIFE_SECONDS >= self._ws.clock.now()
        return False

    def complete(self, file_id: str, title: str) -> Stored:
        """file_not_found when nothing was uploaded."""
        entry = self.files.get(file_id)
        if entry is None or entry.data is None:
            raise SlackError("file_not_found")
        entry.completed, entry.title = True, title or entry.name
        return entry

    def find(self, file_id: str) -> Stored:
        entry = self.files.get(file_id)
        if entry is None or not entry.completed:
            raise SlackError("file_not_found")
        return entry

    def describe(self, entry: Stored) -> Json:
        """A file object."""
        address = f"{self._ws.base_url}/files/{entry.id}/{entry.name}"
        kind = entry.name.rpartition(".")[2].lower()
        return {
            "id": entry.id,
            "created": int(entry.created),
            "timestamp": int(entry.created),
            "name": entry.name,
            "title": entry.title,
            "mimetype": mimetypes.guess_type(entry.name)[0] or "application/octet-stream",
            "filetype": kind,
            "pretty_type": kind.upper(),
            "user": self._ws.bot,
            "size": entry.length,
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "alt_txt": entry.alt_text,
            "url_private": address,
            "url_private_download": address,
            "permalink": f"https://{self._ws.team['domain']}.slack.com/files/{self._ws.bot}/{entry.id}/{entry.name}",
            "channels": list(entry.channels),
        }
