"""A person's token is nowhere but sealed: not in logs at DEBUG, numbers, errors, posts, nor in the database file."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from connect_steps import connect, linked_stage, rows
from stage import SAM, Stage

from bot import logs
from bot.identity import connections as module
from bot.store.tables import inbox

TOKENISH = "c0ffee" * 8
"""What Cutover does not know, and looks like its tokens."""

UNDONE = inbox.select().where(inbox.c.done_at.is_(None))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that the bot and its libraries write at DEBUG, as it comes out of the process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    logs.configure("DEBUG", pretty=False)
    root.setLevel(logging.DEBUG)
    yield out
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
async def linked(log: io.StringIO, tmp_path: Path) -> AsyncIterator[Stage]:
    async with linked_stage(tmp_path) as stage:
        yield stage


async def traces(stage: Stage, log: io.StringIO) -> str:
    """Whatever left the bot: logs, numbers, its calls to Slack, what people see, the files of its database."""
    async with aiohttp.ClientSession() as session, session.get(f"{stage.bot.health_url}/metrics") as reply:
        numbers = await reply.text()
    await stage.bot.database.flush()
    files = b"".join(path.read_bytes() for path in sorted(stage.folder.glob("bot.db*")))
    assert b"accounts" in files
    calls = [repr(call) for call in stage.slack.calls]
    assert calls
    return "\n".join([log.getvalue(), numbers, *calls, files.decode("latin-1"), stage.text(SAM), stage.view_text(SAM)])


def spellings(token: str) -> list[str]:
    return [token, base64.b64encode(token.encode()).decode(), token.upper(), token[:24], token[24:44]]


async def none_of(stage: Stage, log: io.StringIO, *tokens: str) -> None:
    found = await traces(stage, log)
    for token in tokens:
        for one in spellings(token):
            assert one not in found, found[max(0, found.index(one) - 300) : found.index(one) + 60]


async def test_a_token_that_works_leaves_no_trace(linked: Stage, log: io.StringIO) -> None:
    assert "Connected as" in await connect(linked)
    linked.cutover.world.task_named("Open the bridge and call the roll").people.append(
        linked.cutover.world.person("sam").id
    )
    await linked.command("/task start roll", user=SAM)
    await linked.command("/cutover whoami", user=SAM)
    await linked.command("/cutover disconnect", user=SAM)
    assert "DEBUG slack_bolt" in log.getvalue()
    await none_of(linked, log, linked.cutover.tokens["sam"])


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"do": {"status": 500, "body": "trouble"}},
        {"do": {"status": 200, "body": "<html>a page</html>"}},
        {"do": {"status": 302, "headers": {"Location": "https://evil.example/"}}},
        {"do": {"cut": "before"}},
        {"do": {"status": 429}},
    ],
)
async def test_a_token_that_fails_leaves_none_either(linked: Stage, log: io.StringIO, fault: dict[str, Any]) -> None:
    if fault:
        linked.cutover.order([{"path": "/core/users/*", "times": None, **fault}])
    said = await connect(linked, token=TOKENISH)
    assert "Connected as" not in said
    assert await rows(linked) == []
    await none_of(linked, log, TOKENISH)


async def test_a_fault_of_the_bot_itself_leaves_none(
    linked: Stage, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Any, client: Any, email: str) -> Any:
        raise RuntimeError("something inside")

    monkeypatch.setattr(module.Connections, "_person", broken)
    assert "Something went wrong inside the bot" in await connect(linked, token=TOKENISH)
    assert "something inside" in log.getvalue()
    await none_of(linked, log, TOKENISH)


async def test_what_is_kept_of_the_form_on_disk_has_no_token(linked: Stage, log: io.StringIO) -> None:
    kept: list[bytes] = []
    keep = linked.bot.inbox.keep

    async def watched(key: str, kind: str, body: bytes) -> bool:
        kept.append(body)
        return await keep(key, kind, body)

    linked.bot.inbox.keep = watched  # type: ignore[method-assign]
    await connect(linked, token=TOKENISH)
    await linked.command(f"/cutover connect {TOKENISH}", user=SAM)
    await linked.command(f"/cutover Connect {TOKENISH} please", user=SAM)
    await linked.command(f"/cutover conect {TOKENISH}", user=SAM)
    assert len([body for body in kept if b"secret" in body or b"onect" in body or b"onnect" in body]) >= 4
    assert not [body for body in kept if TOKENISH.encode() in body]
    await none_of(linked, log, TOKENISH)


async def test_what_a_crash_left_of_the_form_connects_nobody(linked: Stage, log: io.StringIO) -> None:
    linked.bot.inbox.done = lambda key: None  # type: ignore[method-assign]
    linked.cutover.order([{"path": "/core/users/*", "times": None, "do": {"status": 503}}])
    assert "Connected as" not in await connect(linked)
    linked.cutover.forget_faults()
    await linked.stop()
    await linked.start()
    while await linked.bot.database.read(lambda c: c.execute(UNDONE).first()):  # taken up, and then done with
        await linked.settle()
    assert await rows(linked) == []
    await none_of(linked, log, linked.cutover.tokens["sam"])
