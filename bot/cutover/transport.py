"""One request to Cutover and its answer. The one rule: a write is never sent twice unless it certainly did nothing.

Reads are tried again inside a deadline. A write that may have reached Cutover and got no readable answer ends as
`UnknownOutcome`; the caller reads and compares. The token is sent to the configured host only and is in no error.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import SystemRandom
from typing import NamedTuple, NoReturn

import aiohttp
import orjson
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.attempt import BODY_LIMIT, Lost, attempt
from bot.clock import Clock
from bot.cutover.paths import Base, Params
from bot.cutover.pause import Pause, retry_after
from bot.errors import BadAnswer, BadInput, RateLimited, Unavailable, UnknownOutcome
from bot.model import EMPTY, Text

TRIES = 3
"""A read, or a write answered 429, is sent at most this often."""
BACKOFF = 0.25
"""Seconds before the second try; doubles, and is spread by a random factor of 0.5 to 1."""
RATE_BACKOFF = 1.0
"""Seconds to wait after a 429 that does not say how long; doubles."""
_PASSING = frozenset((500, 502, 503, 504))
_TIMEOUT_HINT = "Try again in a moment; if it stays, look at Cutover's status page."
_DOWN_HINT = "Nothing was changed. Try again in a moment, or work in Cutover's own pages if they answer."
_UNKNOWN_HINT = "It may or may not have happened. Look at its state before you try again."


class Reply(NamedTuple):
    """What Cutover answered. `body` is as sent, decompressed; `url` is the address asked."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str = ""


class Transport:
    """Sends requests with one token on the shared session it is given (which it never closes).

    `deadline` is seconds for a whole `send`, with its pauses and retries. `jitter` gives 0.0 to 1.0.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        api_version: str = "2022-02-22",
        core_url: str | None = None,
        session: aiohttp.ClientSession,
        clock: Clock,
        deadline: float = 15.0,
        pause: Pause | None = None,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            # aiohttp would quote a broken header value, token and all, in its own error.
            raise BadInput("The Cutover token is empty or has characters that a token cannot have.", "Copy it anew.")
        self.base = Base(base_url)
        self.pause = pause or Pause()
        self._session, self._clock, self._jitter = session, clock, jitter or SystemRandom().random
        self._deadline = deadline
        self._timeout = _timeout(deadline)
        # Without a version Cutover takes the account's oldest or newest one (its two texts differ): always sent.
        self._read_headers = CIMultiDict(
            {"Authorization": f"Bearer {token}", "Accept": "application/json", "Api-Version": api_version}
        )
        self._read_headers["User-Agent"] = "cutover-chatops"
        if core_url is not None:
            self._read_headers["Core-Url"] = core_url
        self._write_headers = self._read_headers.copy()
        self._write_headers["Content-Type"] = "application/json"

    def __repr__(self) -> str:
        return f"Transport({self.base.url!r})"

    async def send(
        self,
        method: str,
        path: str | URL,
        *,
        params: Params | None = None,
        body: object = None,
        deadline: float | None = None,
    ) -> Reply:
        """One call: GET is a read, every other method a write. `path` is built by `paths`, or a checked `URL`.

        Returns any answer that is final: 2xx, 4xx but 429, and 501. Errors: `Unavailable` (certainly not done),
        `UnknownOutcome` (writes only), `RateLimited`, `BadAnswer` (redirect, or a body over 64 MB).
        """
        if self._session.closed:
            raise Unavailable("The bot is shutting down.", _DOWN_HINT)
        url = path if isinstance(path, URL) else self.base.path(path, params)
        data = None if body is None else orjson.dumps(body)
        ends = self._clock.monotonic() + (self._deadline if deadline is None else deadline)
        read = method == "GET"
        for number in range(TRIES):
            await self._wait_for_pause(ends)
            result = await self._once(method, url, data, ends)
            again = number + 1 < TRIES
            if isinstance(result, Lost):
                if not (read and again and await self._back_off(number, ends)):
                    raise _lost(result, read)
            elif result.status == 429:
                self._pause_all(result, number, ends, again)
            elif result.status not in _PASSING:
                return self._accepted(result, read)
            elif not (read and again and await self._back_off(number, ends, result)):
                raise _failed(result, read)
        raise AssertionError("the last try returns or raises")  # pragma: no cover

    async def _once(self, method: str, url: URL, data: bytes | None, ends: float) -> Reply | Lost:
        left = ends - self._clock.monotonic()
        if left <= 0:
            return Lost("timeout", sent=False)
        timeout = self._timeout if left >= self._deadline else _timeout(left)
        # Content-Type goes with every write, as the vendor's client does: aiohttp would call an empty body binary.
        headers = self._read_headers if method == "GET" else self._write_headers
        answer = await attempt(self._session, method, url, headers, data, timeout)
        return answer if isinstance(answer, Lost) else Reply(*answer, str(url))

    async def _wait_for_pause(self, ends: float) -> None:
        """Sit out the shared pause; a pause longer than this call's deadline is an error at once."""
        while (left := self.pause.left(now := self._clock.monotonic())) > 0:
            if now + left >= ends:
                raise _rate_limited(left)
            await self._clock.sleep(left)

    def _pause_all(self, reply: Reply, number: int, ends: float, again: bool) -> None:
        asked = retry_after(reply.headers.get("Retry-After"), self._clock.now())
        # "0" and a missing header still get a small wait: without it all callers come back in the same instant.
        guess = RATE_BACKOFF * 2**number * (0.5 + self._jitter() / 2)
        wait = guess if asked is None else max(asked, BACKOFF * (0.5 + self._jitter() / 2))
        self.pause.extend(self._clock.monotonic(), wait)
        if not again:
            raise _rate_limited(asked)

    async def _back_off(self, number: int, ends: float, reply: Reply | None = None) -> bool:
        """Wait before the next try; False when the deadline leaves no room for it."""
        wait = BACKOFF * 2**number * (0.5 + self._jitter() / 2)
        if reply is not None:
            asked = retry_after(reply.headers.get("Retry-After"), self._clock.now())
            wait = max(wait, asked or 0.0)
        if self._clock.monotonic() + wait >= ends:
            return False
        await self._clock.sleep(wait)
        return True

    def _accepted(self, reply: Reply, read: bool) -> Reply:
        if 300 <= reply.status < 400:
            _redirected(reply, self.base)
        if reply.status >= 500 and reply.status != 501:
            raise _failed(reply, read)
        return reply


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    # The connect time is the shorter one, so that a dead host is told apart from a lost answer: nothing was sent.
    return aiohttp.ClientTimeout(total=seconds, connect=min(5.0, seconds / 2))


def _rate_limited(seconds: float | None) -> RateLimited:
    return RateLimited(
        "Cutover is limiting how often the bot may ask.",
        "Nothing was changed." if seconds is not None else "Nothing was changed. Wait a minute and try again.",
        retry_after=seconds,
    )


def _lost(lost: Lost, read: bool) -> Exception:
    if lost.too_big:
        sentence = f"Cutover's answer is larger than {BODY_LIMIT // 2**20} MB."
        if read:
            return BadAnswer(sentence, "Ask for less: one stream, or fewer fields.")
        return UnknownOutcome(sentence, _UNKNOWN_HINT)
    if lost.sent and not read:
        return UnknownOutcome("The change was sent to Cutover and no answer came.", _UNKNOWN_HINT)
    if lost.reason == "timeout":
        return Unavailable("Cutover did not answer in time.", "Nothing was changed. " + _TIMEOUT_HINT)
    return Unavailable("Cutover cannot be reached.", _DOWN_HINT)


def _failed(reply: Reply, read: bool) -> Exception:
    """5xx. On a write even a tidy JSON error is no proof: the fault may have come after the effect."""
    detail = Text(reply.body[:300].decode("utf-8", "replace")) if reply.body[:1] in (b"{", b"[") else EMPTY
    if read:
        return Unavailable(f"Cutover answered with an internal error ({reply.status}).", _DOWN_HINT, detail=detail)
    return UnknownOutcome(
        f"The change was sent and Cutover answered with an internal error ({reply.status}).",
        _UNKNOWN_HINT,
        detail=detail,
    )


def _redirected(reply: Reply, base: Base) -> NoReturn:
    try:
        host = URL(reply.url).join(URL(reply.headers.get("Location", ""))).host or ""
    except ValueError:
        host = "an unreadable address"
    where = "another path" if host == base.host else "another host"
    raise BadAnswer(
        f"Cutover redirects to {where}; the bot does not follow and sends its token nowhere else.",
        "Tell whoever runs the bot to check CUTOVER_API_URL.",
        detail=Text(host[:200]),
    )
