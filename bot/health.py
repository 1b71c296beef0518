"""/live, /ready and /metrics on a port of their own. The one rule: ready means that a command typed now is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.metrics import Metrics

Problems = Callable[[], Awaitable[Mapping[str, str]]]


def health_app(metrics: Metrics, problems: Problems, refresh: Callable[[], Awaitable[None]]) -> web.Application:
    """`problems` maps each part that is not ready to a reason; `refresh` brings gauges up to date before a reading."""

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_request: web.Request) -> web.Response:
        found = dict(await problems())
        return web.json_response({"ready": not found, "problems": found}, status=503 if found else 200)

    async def numbers(_request: web.Request) -> web.Response:
        await refresh()
        return web.Response(body=metrics.page(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app = web.Application()
    app.router.add_get("/live", live)
    app.router.add_get("/ready", ready)
    app.router.add_get("/metrics", numbers)
    return app
