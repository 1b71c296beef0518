"""`cutover-bot demo` as it is started: a process of its own, its printed address, and its end."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from browser_tools import DANA, FAILOVER, Windows
from playwright.async_api import expect

from bot.demo import Demo


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def process(*options: object) -> AsyncIterator[Process]:
    """The command with these options; it is gone afterwards, whatever happened."""
    words = ("-m", "bot", "demo", *(str(option) for option in options))
    started = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=PIPE, stderr=PIPE)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def address(demo: Process) -> str:
    """The address of the page, as printed. AssertionError with its last words when the demo ended instead."""
    assert demo.stdout is not None
    while line := (await asyncio.wait_for(demo.stdout.readline(), 20)).decode():
        if found := re.search(r"as Dana\s+(http://\S+?)/#", line):
            return found[1]
    raise AssertionError((await demo.communicate())[1].decode())


async def test_the_demo_starts_answers_and_ends_in_order(windows: Windows) -> None:
    async with process("--port", free_port(), "--cutover-port", free_port()) as demo:
        page = await windows.open(await address(demo))
        await page.get_by_test_id("composer").fill("/cutover link fail-over")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("message").last).to_contain_text("linked this channel to")
        demo.send_signal(signal.SIGTERM)  # with the page still open
        said, complaint = await asyncio.wait_for(demo.communicate(), 10)
        assert demo.returncode == 0, complaint.decode()
        assert "Traceback" not in said.decode() + complaint.decode()
        assert await windows.leave() == []


async def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with process("--port", port) as first, process("--port", free_port(), "--cutover-port", port) as second:
            for demo, option in ((first, "--port"), (second, "--cutover-port")):
                complaint = (await asyncio.wait_for(demo.communicate(), 20))[1].decode()
                assert demo.returncode == 2
                way_out = f"End what uses it, or choose another with {option}."
                assert complaint == f"Cannot start: port {port} is taken. {way_out}\n"


async def test_time_flies_only_once_a_run_has_begun() -> None:
    async with Demo(speed=20) as demo:
        assert demo.cutover.clock.speed == 1
        for line in ("/cutover link fail-over", "/runbook start"):
            command, _, words = line.partition(" ")
            await demo.slack.command(DANA, FAILOVER, command, words)
            await demo.slack.until(lambda: demo.bot.idle)
        await demo.slack.submit(DANA, view_id=demo.slack.screen(DANA)["views"][-1]["id"])
        await demo.slack.until(lambda: demo.cutover.clock.speed == 20)
