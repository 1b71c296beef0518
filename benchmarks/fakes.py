"""A Cutover and a Slack that cost almost nothing, so that what is measured is the program under test.

Run as a process of its own: `python -m benchmarks.fakes` prints one JSON line with its address.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from benchmarks.fake_socket import Slack

Handler = Callable[[web.Request], Awaitable[web.Response]]
NOW = "2026-11-21T07:00:00.000Z"
RUNBOOK = {
    "id": "101",
    "type": "runbook",
    "attributes": {"name": "Fail-over", "stage": "active", "status": "off", "run_type": "rehearsal", "updated_at": NOW},
    "relationships": {"workspace": {"data": {"id": "11", "type": "workspace"}}},
}
STREAM = {"id": "901", "type": "stream", "attributes": {"name": "Network", "status": "off"}, "relationships": {}}
TYPE = {"id": "51", "type": "task_type", "attributes": {"key": "normal", "name": "Normal"}, "relationships": {}}
USER = {
    "id": "401",
    "type": "user",
    "attributes": {"first_name": "Dana", "last_name": "Okafor", "email": "dana@harbour.example"},
    "relationships": {},
}


_NAMES = dict.fromkeys(("real_name", "display_name", "real_name_normalized", "display_name_normalized"), "Dana")
_PERSON = {"id": "U1DANA", "name": "dana", "is_bot": False, "updated": 1, "is_app_user": False}
STARTING: dict[str, dict[str, object]] = {
    "auth.test": {"team_id": "T1", "user_id": "U1BOT", "bot_id": "B1", "team": "T", "user": "bot", "url": "https://x/"},
    "bots.info": {"bot": {"id": "B1", "user_id": "U1BOT", "name": "bot"}},
    "users.list": {"members": [{**_PERSON, "profile": {"avatar_hash": "x", "team": "T1", "email": "d@x", **_NAMES}}]},
    "conversations.list": {"channels": [{"id": "C1", "created": 1, "is_archived": False, "is_org_shared": False}]},
}
"""What other bots ask for when they start."""
_OK = b'{"ok": true, "team_id": "T1", "ts": "1.2", "user": {"name": "dana", "real_name": "Dana"}}'
_COMMENT = b'{"data": {"id": "1", "type": "comment", "attributes": {"content": "<p>x</p>"}, "relationships": {}}}'


def task(task_id: str, stage: str) -> bytes:
    """A task as Cutover sends it, about 1 KB."""
    attributes = {
        "name": f"Move service {task_id} to DC South",
        "stage": stage,
        "description": "Follow the run sheet of the service, then check its dashboard.",
        "duration": 600,
        "level": "level_3",
        "comments_count": 0,
        "start_planned": NOW,
        "end_planned": NOW,
        "start_requirements": "any_can_start",
        "end_requirements": "any_can_end",
        "custom_field_values": [],
        "created_at": NOW,
        "updated_at": NOW,
        "is_late": False,
    }
    if stage == "in_progress":
        attributes["start_actual"] = NOW
    relationships = {
        "stream": {"data": {"id": "901", "type": "stream"}},
        "task_type": {"data": {"id": "51", "type": "task_type"}},
        "assignees": {"data": [{"id": "401", "type": "user"}]},
    }
    return json.dumps(
        {"data": {"id": task_id, "type": "task", "attributes": attributes, "relationships": relationships}}
    ).encode()


def _task_in(body: bytes) -> str:
    """Whose answer it is, where that comes as a post to the channel."""
    found = re.search(rb"service (\d+) to", body)
    return found[1].decode() if found else ""


class Answers:
    """The answers that differ by what was asked, and when which press was answered."""

    def __init__(self) -> None:
        self._answered: dict[str, float] = {}

    async def slack(self, request: web.Request) -> web.Response:
        number = request.match_info.get("key") or _task_in(await request.read())
        if number:
            self._answered.setdefault(number, time.monotonic())
        known = STARTING.get(request.match_info.get("method", ""))
        return fixed(_OK if known is None else json.dumps({"ok": True, **known}).encode())

    async def told(self, _: web.Request) -> web.Response:
        """When which press was answered (monotonic seconds), since this was asked last."""
        told, self._answered = self._answered, {}
        return fixed(json.dumps(told).encode())


async def get_task(request: web.Request) -> web.Response:
    return fixed(task(request.match_info["id"], "startable"))


async def start_task(request: web.Request) -> web.Response:
    await request.read()
    return fixed(task(request.match_info["id"], "in_progress"))


async def comment(request: web.Request) -> web.Response:
    await request.read()
    return fixed(_COMMENT, 201)


def fixed(body: bytes, status: int = 200) -> web.Response:
    """JSON that is there already."""
    return web.Response(status=status, body=body, content_type="application/json")


def plain(value: object) -> Handler:
    """The same resource or list for everybody."""
    body = json.dumps({"data": value, "links": {}, "meta": {}}).encode()

    async def answer(_: web.Request) -> web.Response:
        return fixed(body)

    return answer


def application(
    runbook: Handler | None = None, tasks: Handler | None = None, streams: Handler | None = None
) -> web.Application:
    """Both fakes in one application; what is given answers for a runbook (`r`) and its two lists."""
    answers, app = Answers(), web.Application()
    listed = [json.loads(task(str(number), "startable"))["data"] for number in range(50)]
    app.router.add_get("/core/runbooks/{r}/tasks", tasks or plain(listed))
    app.router.add_get("/core/runbooks/{r}/tasks/{id}", get_task)
    app.router.add_patch("/core/runbooks/{r}/tasks/{id}/start", start_task)
    app.router.add_post("/core/runbooks/{r}/comments", comment)
    app.router.add_get("/core/runbooks/{r}", runbook or plain(RUNBOOK))
    app.router.add_get("/core/runbooks/{r}/streams", streams or plain([STREAM]))
    app.router.add_get("/core/task_types", plain([TYPE]))
    app.router.add_get("/core/users/{id}", plain(USER))
    Slack().add_to(app)
    app.router.add_route("*", "/api/{method}", answers.slack)
    app.router.add_post("/response/{key}", answers.slack)
    app.router.add_get("/answered", answers.told)
    return app


async def serve(app: web.Application) -> None:
    """Print the address and serve until killed."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(application()))
