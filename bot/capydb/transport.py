"""One call to CapyDB. The one rule: a request that may have arrived is never sent again.

Reads are tried three times. The key goes to the configured host only: redirects are not followed.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import aiohttp
import orjson
from multidict import CIMultiDict
from yarl import URL

from bot.attempt import Lost, attempt
from bot.clock import Clock
from bot.errors import BadInput, CapyRateLimited, CapyUnavailable, CapyUnknownOutcome

DEADLINE: Final = 10.0
"""Seconds for one try."""
_PAUSES: Final = (0.0, 0.5, 1.5)
"""Seconds before each try of a read: somebody waits for it."""
_PASSING: Final = frozenset((500, 502, 503, 504))
_DOWN_HINT: Final = "Nothing was changed. Try again in a moment."
_UNKNOWN_HINT: Final = "It may or may not have been opened. `/cutover requests` shows what CapyDB has."


class Reply(NamedTuple):
    """What CapyDB answered; `retry_after` in seconds where it said so."""

    status: int
    body: bytes
    retry_after: float | None = None


class CapyTransport:
    """Sends with one key on the shared session, which it never closes. `base_url` ends before `/v1`."""

    def __init__(
        self, base_url: str, key: str, *, session: aiohttp.ClientSession, clock: Clock, deadline: float = DEADLINE
    ) -> None:
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise BadInput("The CapyDB key is empty or has characters that a key cannot have.", "Copy it anew.")
        self._base = base_url.rstrip("/")
        self._session, self._clock = session, clock
        self._timeout = aiohttp.ClientTimeout(total=deadline, connect=deadline / 2)
        self._headers = CIMultiDict({"Authorization": f"Bearer {key}", "Accept": "application/json"})
        self._headers["User-Agent"] = "cutover-chatops"

    def __repr__(self) -> str:
        return f"CapyTransport({self._base!r})"

    async def get(self, path: str) -> Reply:
        """A read. Raises `CapyUnavailable` or `CapyRateLimited`; any other status is returned."""
        for number, pause in enumerate(_PAUSES, 1):
            await self._clock.sleep(pause)
            answer = await self._once("GET", path, None)
            if isinstance(answer, Reply) and answer.status not in _PASSING and answer.status != 429:
                return answer
            if isinstance(answer, Reply) and answer.status == 429 and (answer.retry_after or 0.0) > _PAUSES[-1]:
                break
            if number == len(_PAUSES):
                break
        raise _trouble(answer)

    async def post(self, path: str, body: object) -> Reply:
        """A write, sent once. Raises `CapyUnknownOutcome` when it may have been carried out, else as `get`."""
        answer = await self._once("POST", path, orjson.dumps(body))
        if isinstance(answer, Lost) and answer.sent:
            raise CapyUnknownOutcome("The request was sent to CapyDB and no answer came.", _UNKNOWN_HINT)
        if isinstance(answer, Lost) or answer.status == 429:
            raise _trouble(answer)
        if answer.status >= 500:  # the fault may have come after the effect
            raise CapyUnknownOutcome(
                f"The request was sent and CapyDB answered with an internal error ({answer.status}).", _UNKNOWN_HINT
            )
        return answer

    async def _once(self, method: str, path: str, data: bytes | None) -> Reply | Lost:
        if self._session.closed:
            return Lost("closed", sent=False)
        headers = self._headers.copy()
        if data is not None:
            headers["Content-Type"] = "application/json"
        url = URL(f"{self._base}{path}", encoded=True)
        answer = await attempt(self._session, method, url, headers, data, self._timeout)
        if isinstance(answer, Lost):
            return answer
        status, told, body = answer
        return Reply(status, body, _seconds(told.get("Retry-After")))


def _seconds(value: str | None) -> float | None:
    try:
        found = float(value or "")
    except ValueError:
        return None
    return max(0.0, found) if math.isfinite(found) else None


def _trouble(answer: Reply | Lost) -> CapyUnavailable | CapyRateLimited:
    if isinstance(answer, Lost):
        reason = "did not answer in time" if answer.reason == "timeout" else "cannot be reached"
        return CapyUnavailable(f"CapyDB {reason}.", _DOWN_HINT)
    if answer.status == 429:
        return CapyRateLimited(
            "CapyDB is limiting how often the bot may ask.",
            "Nothing was changed. Wait a minute and try again.",
            retry_after=answer.retry_after,
        )
    return CapyUnavailable(f"CapyDB answered with an internal error ({answer.status}).", _DOWN_HINT)
