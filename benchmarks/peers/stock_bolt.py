"""The same command and button in slack-bolt as its documentation shows it, with httpx for Cutover: no commit, no check.

Runs in an environment of its own: `python stock_bolt.py <fake url>`.
"""

from __future__ import annotations

import json
import logging
import socket
import sys

import httpx
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

FAKE = sys.argv[1]
HEADERS = {"Authorization": "Bearer token", "Api-Version": "2022-02-22"}
logging.disable(logging.WARNING)
app = AsyncApp(
    client=AsyncWebClient(token="xoxb-bench", base_url=f"{FAKE}/api/"),
    signing_secret="bench-secret",
    process_before_response=False,
)
cutover = httpx.AsyncClient(base_url=FAKE, headers=HEADERS)


async def start(task_id: str, user_id: str, respond) -> None:
    """Read, start, answer, comment: what the floor does, without its two commits."""
    path = f"/core/runbooks/101/tasks/{task_id}"
    (await cutover.get(path)).json()
    started = await cutover.patch(f"{path}/start", json={"meta": {"override": True}})
    name = started.json()["data"]["attributes"]["name"]
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"{i} {name}"}} for i in range(10)]
    await respond(text=name, blocks=blocks)
    comment = {"data": {"type": "comment", "attributes": {"content": f"<p>{user_id}</p>"}}}
    await cutover.post("/core/runbooks/101/comments", json=comment)


@app.command("/task")
async def on_command(ack, command, respond) -> None:
    await ack()
    await start(command["text"].split()[-1], command["user_id"], respond)


@app.action("task.start")
async def on_button(ack, body, action, respond) -> None:
    await ack()
    await start(json.loads(action["value"])["t"], body["user"]["id"], respond)


def main() -> None:
    """Serve until killed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = app.server(port=port, path="/slack/events", host="127.0.0.1")

    async def told(_: web.Application) -> None:
        print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)

    server.web_app.on_startup.append(told)
    web.run_app(server.web_app, host="127.0.0.1", port=port, print=None, access_log=None)


main()
