"""Words of people and of Cutover are words: nothing in them is opened, fetched or followed."""

from __future__ import annotations

import aiohttp.web
import pytest
from fault_world import ROLL
from stage import Stage


@pytest.fixture
async def bait() -> object:
    """A web server nobody should come to; what came."""
    came: list[str] = []

    async def note(request: aiohttp.web.BaseRequest) -> aiohttp.web.Response:
        came.append(str(request.url))
        return aiohttp.web.Response()

    runner = aiohttp.web.ServerRunner(aiohttp.web.Server(note))
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/bait", came
    await runner.cleanup()


async def test_addresses_in_names_are_neither_unfurled_nor_fetched(running: Stage, bait: tuple[str, list[str]]) -> None:
    url, came = bait
    task = running.cutover.world.task_named(ROLL)
    task.name = f"{ROLL} <{url}|bank> {url}"
    task.description = f'<img src="{url}"> {url}'
    said = await running.command("/task show roll")
    assert url in said
    await running.command(f"/task comment roll see {url}")
    await running.command("/task start roll")
    await running.command(f"/runbook status amber see {url}")
    await running.click("task.finish", message=running.showing("task.finish"))
    posts = [call for call in running.slack.calls if call.method.startswith("chat.post")]
    assert posts
    assert [call.method for call in posts if not never_unfurls(call.args)] == []
    assert came == []


def never_unfurls(args: dict[str, object]) -> bool:
    """Ephemeral messages do not unfurl; all others have to say so."""
    return "user" in args or (str(args.get("unfurl_links")).lower(), str(args.get("unfurl_media")).lower()) == (
        "false",
        "false",
    )
