"""The only Slack Web API client. The one rule: one shared session, and every refusal is a `SlackError` by Slack's word.

Our own thin client: slack_sdk's opens a connection for each call unless handed a session, costs nearly twice the CPU
even then, and repeats posts on a cut connection although they may have arrived.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
import orjson

from bot.clock import Clock
from bot.errors import SlackError

_JSON_METHODS: Final = ("chat.", "views.")
"""Methods that take a JSON body; the reading ones take forms only."""
_LIMIT: Final = 10 * 1024 * 1024


class SlackOutcomeUnknown(SlackError):
    """The call was sent and no usable answer came: it may have happened."""


class SlackWeb:
    """Calls to Slack's Web API. `base_url` ends in `/api/`. The token never appears in errors."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, token: str, clock: Clock, *, deadline: float = 10.0
    ) -> None:
        self._session = session
        self._base = base_url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._clock = clock
        self._deadline = deadline

    async def call(self, method: str, /, *, patience: float = 3.0, **args: Any) -> dict[str, Any]:
        """One call; `None` arguments are left out. Raises `SlackError`.

        `patience`: how long (seconds) a 429's Retry-After is waited out before giving up.
        """
        given = {name: value for name, value in args.items() if value is not None}
        while True:
            try:
                return await self._send(method, given)
            except SlackError as error:
                wait = error.retry_after
                if wait is None or wait > patience:
                    raise
                patience -= wait
                await self._clock.sleep(wait)

    async def _send(self, method: str, args: Mapping[str, Any]) -> dict[str, Any]:
        body, kind = _encode(method, args)
        headers = {**self._headers, "Content-Type": kind}
        timeout = aiohttp.ClientTimeout(total=self._deadline)
        try:
            async with self._session.post(
                self._base + method, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as reply:
                raw = await whole(reply.content)
                status, retry_after = reply.status, reply.headers.get("Retry-After")
        except aiohttp.ClientConnectorError as error:
            raise SlackError("unreachable", method=method) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SlackOutcomeUnknown("no_answer", method=method) from error
        return _read(method, status, raw, retry_after)


async def whole(content: aiohttp.StreamReader) -> bytes:
    """The whole body; what is over the limit is not read, so no JSON.

    One `read(n)` gives only what has arrived, and a connection whose answer was not read to its end is closed: the next
    call would open another.
    """
    parts, size = [], 0
    async for part in content.iter_any():
        parts.append(part)
        size += len(part)
        if size > _LIMIT:
            break
    return b"".join(parts)


def _encode(method: str, args: Mapping[str, Any]) -> tuple[bytes, str]:
    if method.startswith(_JSON_METHODS) and method != "chat.getPermalink":
        return orjson.dumps(args), "application/json; charset=utf-8"
    plain = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in args.items()}
    return urlencode(plain).encode(), "application/x-www-form-urlencoded"


def _read(method: str, status: int, raw: bytes, retry_after: str | None) -> dict[str, Any]:
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError:
        answer = None
    if status == 429 or (isinstance(answer, dict) and answer.get("error") in ("ratelimited", "rate_limited")):
        raise SlackError("ratelimited", method=method, retry_after=_seconds(retry_after))
    if not isinstance(answer, dict):
        raise SlackOutcomeUnknown(f"http_{status}", method=method)
    if answer.get("ok") is True:
        return answer
    told = answer.get("response_metadata")
    messages = told.get("messages") if isinstance(told, dict) else None
    raise SlackError(
        str(answer.get("error") or f"http_{status}"),
        method=method,
        messages=tuple(str(m) for m in messages) if isinstance(messages, list) else (),
    )


def _seconds(retry_after: str | None) -> float:
    """Retry-After as seconds; Slack sends whole seconds, proxies may send anything: one second then."""
    try:
        seconds = float(retry_after or 1)
    except ValueError:
        return 1.0
    return 1.0 if math.isnan(seconds) else min(max(seconds, 0.0), 3600.0)
