"""The bot as a process of its own, killed or ended in the middle: a wish is carried out once, or told."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from fault_world import effects, held, read, signatures, stage_of
from stage import DANA, FAILOVER, Stage

from bot import manifest
from bot.sandbox.cutover import EmbeddedCutover, runs
from bot.sandbox.slack import EmbeddedSlack

STARTING_SECONDS = 15.0
NAME = "DC North to DC South fail-over"


class Process(Stage):
    """The same stage with the bot in a process of its own."""

    child: asyncio.subprocess.Process | None = None
    log: Path

    def environment(self) -> dict[str, str]:
        mine = {name: value for name, value in os.environ.items() if not re.match(r"(SLACK|CUTOVER|BOT)_", name)}
        return mine | {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "CUTOVER_API_URL": self.cutover.url,
            "CUTOVER_API_TOKEN": self.cutover.tokens["bot"],
            "BOT_DATABASE_URL": f"sqlite:///{self.folder / 'bot.db'}",
            "BOT_OPERATORS": DANA,
            "PYTHONPATH": str(Path(manifest.__file__).parents[1]),
        }

    async def start(self) -> None:
        known = set(self.slack._ws.delivery.sockets.connections)
        self.log = self.folder / "bot.log"
        with self.log.open("ab") as log:
            self.child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=self.environment(), cwd=self.folder, stdout=log, stderr=log
            )
        connected = lambda: set(self.slack._ws.delivery.sockets.connections) - known  # noqa: E731
        await self.slack.until(connected, timeout=STARTING_SECONDS)

    async def kill(self, number: int = signal.SIGKILL) -> int:
        """Send a signal; the exit code, once the process is gone."""
        assert self.child is not None
        self.child.send_signal(number)
        code = await self.child.wait()
        self.child = None
        return code

    async def stop(self) -> None:
        if self.child is not None:
            await self.kill()

    async def settle(self) -> None:
        """Nothing to ask a process about; callers wait for what they want to see."""

    async def until(self, wanted: Callable[[], Any]) -> Any:
        """A process that starts anew takes its time on a busy machine."""
        return await self.slack.until(wanted, timeout=STARTING_SECONDS)

    async def said(self, words: str, times: int = 1, user: str = DANA) -> str:
        """Wait until this person has read these words."""
        await self.slack.until(lambda: read(self, user).count(words) >= times, timeout=STARTING_SECONDS)
        return read(self, user)


@pytest.fixture
async def planned(tmp_path: Path) -> AsyncIterator[Process]:
    """A process with the fail-over linked, in planning; its log is clean of tracebacks and secrets at the end."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(EmbeddedSlack(manifest=manifest.build(), delivery="socket"))
        cutover = await stack.enter_async_context(EmbeddedCutover(world="failover"))
        stage = Process(slack, cutover, tmp_path, None)
        stack.push_async_callback(stage.stop)
        await stage.start()
        await slack.command(DANA, FAILOVER, "/cutover", "link fail-over")
        await stage.said("linked this channel")
        await stage.until(lambda: "'pinned': True" in repr(stage.slack.screen(DANA, FAILOVER)))  # saved and read
        yield stage
        assert "Traceback" not in stage.log.read_text(), stage.log.read_text()
        for secret in (slack.bot_token, slack.app_token, cutover.tokens["bot"]):
            assert secret not in stage.log.read_text()


@pytest.fixture
async def process(planned: Process) -> Process:
    """The same with the fail-over running as a rehearsal."""
    world = planned.cutover.world
    runs.start(world, world.runbook_named(NAME), world.person("dana"), run_type="rehearsal", comms="off")
    await planned.cutover.tick()
    return planned


async def type_(stage: Process, text: str) -> Any:
    return await stage.slack.command(DANA, FAILOVER, "/task", text)


async def test_killed_right_after_the_ack_the_wish_is_carried_out_once(process: Process) -> None:
    async with held(process, "/tasks") as gate:
        await type_(process, "start roll")
        await process.until(lambda: gate.arrived)
        assert process.slack.envelopes[-1].acked
        await process.kill()
    assert effects(process) == []
    await process.start()
    said = await process.said("You started this")
    assert effects(process).count("PATCH start") == 1
    await process.until(lambda: signatures(process))
    await process.slack.command(DANA, FAILOVER, "/task", "list running")
    await process.said("call the roll", said.count("call the roll") + 1)
    assert len(signatures(process)) == 1


async def test_killed_after_the_effect_it_is_told_and_signed_once(process: Process) -> None:
    async with held(process, "/start$", "PATCH", after=True) as gate:
        await type_(process, "start roll")
        await process.until(lambda: gate.arrived)
        await process.kill()
    assert stage_of(process) == "in_progress"
    assert signatures(process) == []
    await process.start()
    await process.said("You started this.")
    await process.until(lambda: signatures(process))
    await type_(process, "finish roll")
    await process.said("You finished this")
    assert effects(process).count("PATCH start") == 1
    assert len(signatures(process, "Started from Slack by Dana Okafor")) == 1


async def test_killed_while_the_write_is_under_way_nothing_is_sent_again(process: Process) -> None:
    async with held(process, "/start$", "PATCH") as gate:
        await type_(process, "start roll")
        await process.until(lambda: gate.arrived)
        await process.kill()
        await process.start()
        await process.said("no answer yet")
        assert "did not happen" not in read(process)
        assert gate.arrived == 1
    await process.said("was started")  # recovery looks every five seconds
    await process.until(lambda: signatures(process))
    assert effects(process).count("PATCH start") == 1
    assert stage_of(process) == "in_progress"


async def test_killed_after_a_comment_it_is_there_once(process: Process) -> None:
    async with held(process, "/comments$", "POST", after=True) as gate:
        await type_(process, "comment roll power is back")
        await process.until(lambda: gate.arrived)
        await process.kill()
    await process.start()
    await process.said("The comment is on")
    assert len(signatures(process, "power is back")) == 1
    assert effects(process).count("POST comments") == 1


async def test_a_signature_cut_off_by_a_kill_is_there_once(process: Process) -> None:
    async with held(process, "/comments$", "POST") as gate:
        await type_(process, "start roll")
        await process.said("You started this")
        await process.until(lambda: gate.arrived)
        await process.kill()
    await process.start()
    await process.until(lambda: signatures(process))
    await type_(process, "finish roll")
    await process.said("You finished this")
    assert len(signatures(process, "Started from Slack by Dana Okafor")) == 1


async def test_sigterm_in_the_middle_of_work_finishes_it(process: Process) -> None:
    async with held(process, "/start$", "PATCH") as gate:
        await type_(process, "start roll")
        await process.until(lambda: gate.arrived)
        assert process.child is not None
        process.child.send_signal(signal.SIGTERM)
        await process.until(lambda: not process.slack._ws.delivery.sockets.connections)
    await process.said("You started this")
    async with asyncio.timeout(10):
        assert await process.child.wait() == 0
    process.child = None
    assert effects(process).count("PATCH start") == 1
    assert len(signatures(process)) == 1


@pytest.mark.parametrize("after", [True, False])
async def test_killed_while_a_run_starts_everybody_is_told_once(planned: Process, after: bool) -> None:
    await planned.until(lambda: "'pinned': True" in repr(planned.slack.screen(DANA, FAILOVER)))  # the first reading
    await planned.slack.command(DANA, FAILOVER, "/runbook", "start")
    await planned.until(lambda: any(block["type"] == "input" for block in planned.view()["blocks"]))
    async with held(
        planned, "/start$" if after else "/runbooks/101$", "PATCH" if after else "GET", after=after
    ) as gate:
        await planned.slack.submit(DANA, view_id=planned.view()["id"], values={})
        await planned.until(lambda: gate.arrived)
        await planned.kill()
    assert effects(planned).count("PATCH start") == int(after)
    await planned.start()
    await planned.said("started *")
    await planned.until(lambda: "is running" in planned.view_text())
    await planned.until(lambda: signatures(planned))
    await type_(planned, "show roll")
    await planned.said("call the roll")
    assert read(planned).count("started *") == 1
    assert effects(planned).count("PATCH start") == 1
    assert len(signatures(planned)) == 1
