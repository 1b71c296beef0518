"""Signed HTTP delivery: one attempt to post a payload to the app's request URL.

The one rule: the signature is over the raw bytes, with real time, for the app checks it against its own clock;
the three seconds are counted on the sandbox's clock. Source: docs.slack.dev/authentication/verifying-requests-
from-slack.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.jsontext import parse
from bot.sandbox.slack.sockets import settle
from bot.sandbox.slack.traffic import Attempt, Envelope
from bot.sandbox.slack.workspace import Workspace

# The app's late answer is still read for the record, for so many real seconds.
LISTEN_SECONDS = 60.0


@dataclass(slots=True)
class Posted:
    """How it ended: `reason` is "" for a 2xx, else X-Slack-Retry-Reason's word."""

    reason: str
    no_retry: bool = False


class Posts:
    """The HTTP client of the sandbox."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, envelope: Envelope, retry_num: int = 0, reason: str = "") -> Posted:
        """Post one envelope and wait for the whole answer, however long it takes."""
        attempt = Attempt(self._ws.clock.now(), None, retry_num, reason)
        envelope.attempts.append(attempt)
        body, kind = encode(envelope)
        headers = {"Content-Type": kind, **self.sign(body)}
        if retry_num:
            headers |= {"X-Slack-Retry-Num": str(retry_num), "X-Slack-Retry-Reason": reason}
        started = time.perf_counter()
        posted = await self._post(body, headers, attempt)
        if not posted.reason:
            settle(envelope, attempt, started, attempt.answer, self._ws.clock.now())
        self._ws.live.publish("traffic")
        return posted

    def sign(self, body: bytes) -> dict[str, str]:
        """The two signature headers for these bytes, now."""
        stamp = str(int(time.time()))
        secret = self._ws.tokens.signing_secret.encode()
        digest = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "application/json,*/*",
        }

    async def _post(self, body: bytes, headers: dict[str, str], attempt: Attempt) -> Posted:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=LISTEN_SECONDS), cookie_jar=aiohttp.DummyCookieJar()
            )
        url = self._ws.app.request_url
        if not url:
            attempt.error = "no request URL is set"
            return Posted("connection_failed")
        try:
            async with self._session.post(url, data=body, headers=headers, max_redirects=2) as answer:
                raw = await answer.read()
                attempt.status = answer.status
                attempt.answer = read_answer(raw, answer.content_type)
                no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                return Posted("" if 200 <= answer.status < 300 else "http_error", no_retry)
        except aiohttp.TooManyRedirects:
            attempt.error = "too many redirects"
            return Posted("too_many_redirects")
        except aiohttp.ClientSSLError as error:
            attempt.error = str(error)
            return Posted("ssl_error")
        except TimeoutError:
            attempt.error = "no answer"
            return Posted("http_timeout")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            attempt.error = f"{type(error).__name__}: {error}"
            return Posted("connection_failed")

    async def raw(self, body: bytes, kind: str) -> tuple[int | None, Any]:
        """A signed request outside of any envelope (url_verification, ssl_check): status and answer."""
        attempt = Attempt(self._ws.clock.now())
        await self._post(body, {"Content-Type": kind, **self.sign(body)}, attempt)
        return attempt.status, attempt.answer


def encode(envelope: Envelope) -> tuple[bytes, str]:
    """Commands are form fields, interactivity is a form with `payload`, events are JSON."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    fields: Json = envelope.payload
    if envelope.kind == "interactive":
        fields = {"payload": json.dumps(envelope.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def read_answer(raw: bytes, kind: str) -> Any:
    """JSON when it says so, else text; None when empty."""
    if not raw.strip():
        return None
    text = raw.decode("utf-8", "replace")
    if kind == "application/json":
        try:
            return parse(text)
        except ValueError:
            return text
    return text
