"""The one way in, for both transports. The one rule: kept on disk, then acknowledged, then worked on; once.

Where the ack says nothing, Bolt dispatches behind it: what is on disk needs nobody's word any more. Where it is the
answer (forms, type-aheads) the listener acknowledges inside Bolt and hands its work to a tracked task, so no exception
can take an ack back (Bolt polls the ack every 10 ms and forgets it when the listener raises: 404 after three seconds).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.metrics import Metrics
from bot.slack.delivery import Delivery, read_command, read_event, read_interactive
from bot.slack.inbox import Inbox, Kept
from bot.slack.secrets import without_secrets

_log = structlog.get_logger(__name__)
_REMEMBER: Final = 2048
_TAKE_UP_SECONDS: Final = 1800.0
_ATTEMPTS: Final = 3
_KEEP_SECONDS: Final = 1.5
"""Slack waits three seconds for the ack, a locked database may take longer to say so."""

_SAYS_NOTHING: Final = frozenset({"command", "action", "shortcut", "event", "view_closed"})
"""Kinds whose ack has no body: what there is to say to a command or a button goes to its `response_url`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to Slack: `payload` is the ack's body, None for an empty one."""

    status: int = 200
    payload: Any = None


class Front:
    """Takes deliveries of kind `command`, `interactive` or `event` as parsed JSON objects.

    Whatever came signed or through our socket is Slack's, whichever team it names: an org-wide install and a shared
    channel name another than the token's. Who may do what is decided by the person's id.
    """

    def __init__(self, app: AsyncApp, inbox: Inbox, clock: Clock, metrics: Metrics) -> None:
        self._app = app
        self._inbox = inbox
        self._clock = clock
        self._metrics = metrics
        self._recent: OrderedDict[str, asyncio.Future[Reply]] = OrderedDict()
        self._handing: set[asyncio.Task[None]] = set()
        self.last_received = clock.monotonic()

    @property
    def idle(self) -> bool:
        """Whether everything that was acknowledged is with its listener."""
        return not self._handing

    async def drain(self, seconds: float) -> None:
        """Wait until it is, so long at most: what is left stays on disk."""
        if self._handing:
            await asyncio.wait(set(self._handing), timeout=seconds)

    async def receive(self, kind: str, body: Mapping[str, Any]) -> Reply:
        """Acknowledge one delivery. A repeated one gets the first one's answer and is not worked on again."""
        began = self.last_received = self._clock.monotonic()
        if body.get("type") == "app_rate_limited":  # the one event without an inner one: told, for nothing can be done
            _log.warning("slack_withholds_events", minute=str(body.get("minute_rate_limited", ""))[:20])
            return Reply()
        delivery = read(kind, body)
        if delivery is None or not delivery.name:
            return Reply(400)
        if delivery.kind == "options":  # a question: the ack is the answer, nothing to keep
            return await self._dispatch(delivery, body)
        self._metrics.deliveries.labels(delivery.kind).inc()
        if delivery.key in self._recent:
            self._metrics.repeated.inc()
            return await asyncio.shield(self._recent[delivery.key])
        answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._remember(delivery.key, answered)
        try:
            reply = await self._keep_and_dispatch(kind, delivery, body)
        except BaseException as error:
            self._recent.pop(delivery.key, None)
            answered.set_exception(error)
            answered.exception()
            raise
        answered.set_result(reply)
        self._metrics.ack_seconds.labels(delivery.kind).observe(self._clock.monotonic() - began)
        return reply

    async def take_up(self, left_over: Iterable[Kept]) -> int:
        """After a start: work on what was acknowledged and never finished. Returns how many were taken up.

        Modals cannot open any more (their trigger is gone), so listeners answer with a sentence where they need one.
        """
        taken = 0
        for kept in left_over:
            delivery = read(kept.kind, orjson.loads(kept.body)) if self.takes(kept) else None
            if delivery is None:
                _log.warning("delivery_given_up", key=kept.key, attempts=kept.attempts)
                self._inbox.done(kept.key)
                continue
            await self._dispatch(delivery, orjson.loads(kept.body))
            taken += 1
        return taken

    def takes(self, kept: Kept) -> bool:
        """Whether it is young enough to be carried out after a start."""
        fresh = self._clock.unix() - kept.received_at < _TAKE_UP_SECONDS
        return fresh and kept.attempts < _ATTEMPTS and bool(kept.body)

    async def _keep_and_dispatch(self, kind: str, delivery: Delivery, body: Mapping[str, Any]) -> Reply:
        try:
            async with asyncio.timeout(_KEEP_SECONDS):
                if not await self._inbox.keep(delivery.key, kind, orjson.dumps(without_secrets(kind, body))):
                    return Reply()
        except (StoreUnavailable, TimeoutError):
            _log.error("inbox_unavailable", key=delivery.key)  # reads go on; writes are refused by the journal
        if delivery.kind in _SAYS_NOTHING:
            task = asyncio.create_task(self._hand_on(delivery, body))
            self._handing.add(task)
            task.add_done_callback(self._handing.discard)
            return Reply()
        try:
            return await self._dispatch(delivery, body)
        except Exception:
            with contextlib.suppress(StoreUnavailable):
                await self._inbox.release(delivery.key)
            raise

    async def _hand_on(self, delivery: Delivery, body: Mapping[str, Any]) -> None:
        """Behind the ack. What fails here stays on disk and is taken up at the next start."""
        try:
            await self._dispatch(delivery, body)
        except Exception:
            _log.exception("hand_on_failed", key=delivery.key, kind=delivery.kind)

    async def _dispatch(self, delivery: Delivery, body: Mapping[str, Any]) -> Reply:
        request = AsyncBoltRequest(mode="socket_mode", body=dict(body), context={"delivery": delivery})
        response = await self._app.async_dispatch(request)
        if not response.body:
            return Reply(response.status)
        kind = str(response.first_headers().get("content-type", ""))
        return Reply(response.status, orjson.loads(response.body) if "json" in kind else {"text": response.body})

    def _remember(self, key: str, answered: asyncio.Future[Reply]) -> None:
        self._recent[key] = answered
        while len(self._recent) > _REMEMBER:
            self._recent.popitem(last=False)


def read(kind: str, body: Mapping[str, Any]) -> Delivery | None:
    """The delivery in a payload, None when its type is not known."""
    if kind == "command":
        return read_command(body)
    return read_event(body) if kind == "event" else read_interactive(body)
