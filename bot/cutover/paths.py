"""Addresses inside Cutover. The one rule: nothing a person typed gets into a path unchecked.

An id that is not plain letters, digits, `_` or `-` is refused before any address is built, so `../` and friends
never leave the bot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

from yarl import URL

from bot.errors import BadAnswer, BadInput
from bot.model import Text

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_EMAIL = re.compile(r"[^\s@/\\\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,189}\Z")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

Scalar: TypeAlias = str | int | bool | None
Params: TypeAlias = Mapping[str, "Scalar | Sequence[str]"]


def checked(identifier: str, what: str) -> str:
    """`identifier` unchanged if it can be an id or key of Cutover's; `BadInput` naming `what` otherwise."""
    if not _ID.match(identifier):
        raise BadInput(
            f"That is not an id of a {what}.",
            "Ids are letters, digits, - and _ only. Give the name instead, or pick from the list.",
            detail=Text(identifier[:100]),
        )
    return identifier


def checked_all(identifiers: Sequence[str] | None, what: str) -> list[str] | None:
    """`checked` over a filter's values; None (no filter) stays None."""
    return None if identifiers is None else [checked(one, what) for one in identifiers]


def optional(identifier: str | None, what: str) -> str | None:
    """`checked` for a filter that may be left out."""
    return None if identifier is None else checked(identifier, what)


def user(identifier: str) -> str:
    """Path part of a user: an id, or an e-mail address URL-encoded (Cutover accepts both)."""
    if "@" not in identifier:
        return checked(identifier, "user")
    if not _EMAIL.match(identifier):
        raise BadInput("That is not an e-mail address.", "Give a Cutover user's e-mail or id.")
    return quote(identifier, safe="")


def runbook(runbook_id: str, *more: str) -> str:
    """Path of a runbook or of something of it: `more` are fixed words of the API, never input."""
    return "/".join(("core/runbooks", checked(runbook_id, "runbook"), *more))


def stream(runbook_id: str, stream_id: str) -> str:
    return runbook(runbook_id, "streams", checked(stream_id, "stream"))


def task(runbook_id: str, task_id: str, *more: str) -> str:
    return runbook(runbook_id, "tasks", checked(task_id, "task"), *more)


def query(params: Params | None) -> str:
    """Query string with its `?`, or nothing. None values are left out, booleans are words, lists comma-joined."""
    if not params:
        return ""
    parts = [
        f"{quote(name, safe='')}={quote(_word(value), safe=',')}" for name, value in params.items() if value is not None
    ]
    return "?" + "&".join(parts) if parts else ""


def _word(value: Scalar | Sequence[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    return ",".join(value or ())


class Base:
    """Where Cutover is. Turns paths and paging links into addresses on that one host, and on no other."""

    __slots__ = ("_prefix", "host", "origin", "port", "url")

    def __init__(self, base_url: str) -> None:
        try:
            url = URL(base_url.strip())
        except ValueError:
            url = URL()
        if url.scheme not in ("http", "https") or not url.host:
            raise BadInput("The address of Cutover is not a web address.", "Set CUTOVER_API_URL to https://...")
        self.origin = url.origin()
        self.host, self.port = url.host, url.port
        self._prefix = url.raw_path.rstrip("/")
        self.url = f"{self.origin}{self._prefix}/"

    def path(self, path: str, params: Params | None = None) -> URL:
        """Address of a path we built ourselves; everything in it is encoded already."""
        return URL(f"{self.url}{path}{query(params)}", encoded=True)

    def link(self, link: str, current: str) -> URL:
        """Address of a paging link, absolute or relative, as Cutover wrote it on the page `current`.

        Only its path and query are used: behind a proxy Cutover may write `http://` for its own host, and the
        token must not go out in the clear. Errors: `BadAnswer` for another host or an unreadable link.
        """
        try:
            # Cutover's relative links start with `core/` and mean the root, not "beside this page".
            target = URL(current).join(URL("/" + link if link.startswith("core/") else link))
        except ValueError:
            target = URL()
        if not _same_host(target.host, self.host) or (target.port != self.port and not _default_port(target)):
            raise BadAnswer(
                "Cutover's list goes on at another host; the bot does not follow it there.",
                "Tell whoever runs the bot: CUTOVER_API_URL and the address Cutover gives for itself differ.",
                detail=Text((target.host or link)[:200]),
            )
        path = target.raw_path_qs
        if self._prefix and not path.startswith(self._prefix + "/"):
            path = self._prefix + path
        return URL(f"{self.origin}{path}", encoded=True)


def _same_host(one: str | None, other: str | None) -> bool:
    """This machine has several names, and a server behind `127.0.0.1` may call itself `localhost`."""
    return one == other or (one in _LOOPBACK and other in _LOOPBACK)


def _default_port(url: URL) -> bool:
    return url.explicit_port is None and url.scheme in ("http", "https")
