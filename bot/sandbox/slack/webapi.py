"""The door of the Web API: token, scopes, limits, faults, the call itself, the record of it.

The one rule: every call is recorded with its arguments (never its token), whatever becomes of it.
"""

from __future__ import annotations

import asyncio
import json
import time

from aiohttp import web

from bot.sandbox.slack.arguments import Args, read_call
from bot.sandbox.slack.errors import Json, RateLimited, SlackError
from bot.sandbox.slack.methods import METHODS, Method
from bot.sandbox.slack.traffic import Call
from bot.sandbox.slack.workspace import Workspace

# Refusals that mean "this payload has the wrong shape", as against "not now" or "not you".
SHAPE_ERRORS = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "invalid_arguments",
        "invalid_json",
        "json_not_object",
        "invalid_form_data",
        "invalid_post_type",
        "invalid_payload",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "markdown_text_conflict",
        "no_text",
        "too_many_attachments",
        "view_too_large",
        "invalid_name",
        "invalid_limit",
        "invalid_cursor",
        "invalid_response_type",
        "invalid_thread_ts",
        "unknown_method",
        "method_deprecated",
    }
)


BOT = "bot"


class WebApi:
    """Answers /api/<method>."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        name = request.match_info["method"]
        started = time.perf_counter()
        try:
            token, args = await read_call(request)
        except SlackError as refusal:
            call = self._ws.traffic.call(self._ws.clock.now(), name, None, {})
            return self._finish(call, started, refusal.answer(), refusal)
        call = self._ws.traffic.call(self._ws.clock.now(), name, self._token_kind(token), dict(args))
        fault = self._ws.faults.take("api", method=name, channel=args.text("channel") or None)
        if fault:
            return await self._faulty(request, call, started, fault, token, args)
        return self._answer(call, started, token, args)

    def _answer(self, call: Call, started: float, token: str | None, args: Args) -> web.Response:
        try:
            return self._finish(call, started, {"ok": True, **self._run(call.method, token, args)}, None)
        except SlackError as refusal:
            return self._finish(call, started, refusal.answer(), refusal)
        except RateLimited as limit:
            headers = {"Retry-After": str(limit.retry_after)}
            return self._finish(call, started, {"ok": False, "error": "ratelimited"}, None, 429, headers)

    def _run(self, name: str, token: str | None, args: Args) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._authorise(method, token)
        self._ws.limits.check(name, method.tier, args.text("channel") or None)
        return method.handler(self._ws, args)

    def _token_kind(self, token: str | None) -> str | None:
        return {self._ws.tokens.bot: BOT, self._ws.tokens.app: "app"}.get(token or "")

    def _authorise(self, method: Method, token: str | None) -> None:
        if method.bearer == "any":
            return
        if not token:
            raise SlackError("not_authed")
        kind = self._token_kind(token)
        if kind is None:
            raise SlackError("invalid_auth")
        # auth.test answers to both kinds of token.
        if kind != method.bearer and not (kind == "app" and not method.scopes and method.tier == 0):
            raise SlackError("not_allowed_token_type")
        provided = ["connections:write"] if kind == "app" else self._ws.app.scopes
        if method.scopes and not set(method.scopes) & set(provided):
            raise SlackError("missing_scope", needed=method.scopes[0], provided=",".join(provided))

    def _finish(
        self,
        call: Call,
        started: float,
        answer: Json,
        refusal: SlackError | None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        self._note(call, started, answer, status)
        if refusal is not None:
            call.errors = refusal.findings or [refusal.code]
            if refusal.code in SHAPE_ERRORS:
                now = self._ws.clock.now()
                self._ws.traffic.violation(now, call.method, refusal.code, call.errors, call.args)
        scopes = {"X-OAuth-Scopes": ",".join(self._ws.app.scopes)} if call.token == BOT else {}
        body = json.dumps(answer, ensure_ascii=False, default=repr).encode("utf-8", "replace")
        return web.Response(
            body=body,
            status=status,
            content_type="application/json",
            charset="utf-8",
            headers={**scopes, **(headers or {})},
        )

    def _note(self, call: Call, started: float, answer: object, status: int) -> None:
        call.answer, call.status = answer, status
        call.ms = round((time.perf_counter() - started) * 1000, 3)
        self._ws.live.publish("traffic")

    async def _faulty(
        self, request: web.Request, call: Call, started: float, fault: Json, token: str | None, args: Args
    ) -> web.StreamResponse:
        """What was ordered for this call, see docs/sandbox-slack.md."""
        if "delay" in fault:
            # Real seconds: it is the app's own time limit that is to be tried.
            await asyncio.sleep(float(fault["delay"]))
        if "error" in fault:
            refusal = SlackError(str(fault["error"]))
            return self._finish(call, started, refusal.answer(), None)
        if "status" in fault:
            return self._ordered(call, started, fault)
        if fault.get("cut") == "before":
            self._note(call, started, None, 0)
            call.errors = ["connection cut before the effect"]
            return hang_up(request)
        response = self._answer(call, started, token, args)
        if fault.get("cut") == "after":
            call.errors = ["connection cut after the effect"]
            return hang_up(request)
        if "truncate" in fault and isinstance(response.body, bytes):
            response.body = response.body[: int(fault["truncate"])]
        return response

    def _ordered(self, call: Call, started: float, fault: Json) -> web.Response:
        body = fault.get("body")
        if body is None and int(fault["status"]) == 429:
            body = {"ok": False, "error": "ratelimited"}
        self._note(call, started, body, int(fault["status"]))
        headers = {str(name): str(value) for name, value in (fault.get("headers") or {}).items()}
        if isinstance(body, dict | list):
            return web.json_response(body, status=int(fault["status"]), headers=headers)
        headers.setdefault("Content-Type", "text/html")
        return web.Response(text=str(body or ""), status=int(fault["status"]), headers=headers)


def hang_up(request: web.Request) -> web.Response:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
