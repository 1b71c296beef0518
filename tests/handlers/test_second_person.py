"""Two people for a live run, and runbooks that are private: what a policy file asks beyond rights."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stage import DANA, FAILOVER, GENERAL, MEI, NETWORK, SAM, Stage, open_stage

from bot.actions import RunbookActions, Wish
from bot.blocks.forms import StageForm, StartForm
from bot.errors import NotAllowed
from bot.identity import Actor
from bot.model import Text
from bot.sandbox.cutover import runs

TWO = f"""
second_person: true
grants:
  - {{may: [view, work, run_rehearsal], everyone: true}}
  - {{may: [run_live], users: [{DANA}, {SAM}]}}
"""
PRIVATE = f"""
private: [101]
grants:
  - {{may: [view, work, links], everyone: true}}
  - {{may: [admin], users: [{SAM}]}}
"""
NAME = "DC North to DC South fail-over"
LIVE = {"run_type": {"input": "live"}, "name": {"input": NAME}}


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Stage]:
    """A live run of the linked fail-over takes two; Dana and Sam may start one."""
    async for stage in ruled(tmp_path, TWO):
        await stage.link()
        yield stage


@pytest.fixture
async def private(tmp_path: Path) -> AsyncIterator[Stage]:
    """The fail-over is private; Sam is an administrator, and Dana is an operator."""
    async for stage in ruled(tmp_path, PRIVATE):
        yield stage


async def ruled(folder: Path, text: str) -> AsyncIterator[Stage]:
    path = folder / "policy.yaml"
    path.write_text(text)
    stage, stack = await open_stage(folder, bot_policy=str(path))
    async with stack:
        yield stage
        assert not stage.slack.violations, stage.slack.violations


def starts(stage: Stage) -> int:
    return len(stage.writes("/start$"))


async def ask(stage: Stage, user: str = DANA, channel: str = FAILOVER) -> str:
    """Fill in the form for a live run; what the modal says then."""
    await stage.command("/runbook start", user=user, channel=channel)
    await stage.submit(LIVE, user=user)
    return stage.view_text(user)


async def test_a_live_start_waits_for_a_second_person(two: Stage) -> None:
    assert "takes two people" in await ask(two)
    assert starts(two) == 0
    assert "asks for a *live* run" in two.text(SAM)
    said = await two.click("runbook.confirm", user=SAM)
    assert starts(two) == 1
    assert f"<@{SAM}> started the *live* run" in said
    assert f"<@{DANA}> asked for" in said
    made = [c.content for c in two.cutover.world.comments.get("101", []) if "asked for by" in c.content]
    assert len(made) == 1
    assert re.search(r"Started \(live, asked for by Dana Okafor \(U0DANA00001\)\) from Slack by Sam Reyes", made[0])


async def test_who_asked_does_not_start_it(two: Stage) -> None:
    await ask(two)
    assert "somebody else has to start it" in await two.click("runbook.confirm", user=DANA)
    assert starts(two) == 0
    assert "asks for a *live* run" in repr(two.messages(SAM)), "the request still stands"
    await two.click("runbook.confirm", user=SAM)
    assert starts(two) == 1


async def test_who_may_not_start_a_live_run_does_not_confirm_one(two: Stage) -> None:
    await ask(two)
    assert "You may not start a live run here" in await two.click("runbook.confirm", user=MEI)
    assert starts(two) == 0


async def test_pressed_by_two_others_it_is_one_start(two: Stage) -> None:
    await ask(two)
    await asyncio.gather(*(two.slack.click(SAM, **press(two)) for _ in range(2)))
    await two.settle()
    assert starts(two) == 1


def press(two: Stage) -> dict[str, str]:
    message = two.showing("runbook.confirm", SAM)
    return {"action_id": "runbook.confirm", "channel": FAILOVER, "message_ts": message["ts"]}


async def running_live(stage: Stage) -> None:
    await ask(stage)
    await stage.click("runbook.confirm", user=SAM)
    assert stage.cutover.world.runbooks["101"].stage == "active"


async def ask_cancel(stage: Stage, user: str = DANA) -> str:
    """Fill in the form that cancels the live run; what the person reads then."""
    await stage.command("/runbook cancel", user=user)
    await stage.submit({"message": {"input": "Storage lost"}, "name": {"input": NAME}}, user=user)
    return stage.text(user)


def cancels(stage: Stage) -> int:
    return len(stage.writes("/cancel$"))


async def test_cancelling_a_live_run_waits_for_a_second_person(two: Stage) -> None:
    await running_live(two)
    assert "takes two people" in await ask_cancel(two)
    assert cancels(two) == 0
    asked = two.text(SAM)
    assert "asks to *cancel* the live run" in asked
    assert "Storage lost" in asked
    assert "somebody else has to cancel it" in await two.click("runbook.confirm", user=DANA)
    assert "You may not ask for" not in await two.click("runbook.confirm", user=MEI)
    assert cancels(two) == 0
    said = await two.click("runbook.confirm", user=SAM)
    assert cancels(two) == 1
    assert f"<@{SAM}> canceled the *live* run" in said
    made = [c.content for c in two.cutover.world.comments["101"] if "Canceled (asked for by Dana Okafor" in c.content]
    assert len(made) == 1


async def test_what_was_asked_is_not_done_on_what_changed(two: Stage) -> None:
    """The run was canceled in Cutover in between: the button says so, and sends nothing."""
    await running_live(two)
    await ask_cancel(two)
    world = two.cutover.world
    runs.cancel(world, world.runbook_named(NAME), world.person("dana"), "")
    assert "is canceled already" in await two.click("runbook.confirm", user=SAM)
    assert cancels(two) == 0


async def test_one_person_pauses_a_live_run(two: Stage) -> None:
    await running_live(two)
    await two.command("/runbook pause")
    await two.submit({"name": {"input": NAME}})
    assert two.cutover.world.runbook_named(NAME).stage == "paused"


async def test_one_person_cancels_a_rehearsal(two: Stage) -> None:
    await two.command("/runbook start")
    await two.submit()
    await ask_cancel(two)
    assert two.cutover.world.runbook_named(NAME).stage == "canceled"
    assert "takes two" not in two.text()


async def test_the_actions_refuse_a_single_person_whoever_calls(two: Stage) -> None:
    """The rule is not only in the forms."""
    runbooks = RunbookActions(two.bot.performer)
    wish = Wish(Actor("T0HARBOUR01", DANA, Text("Dana")), {"kind": "test", "channel": FAILOVER}, "test:1")
    with pytest.raises(NotAllowed, match="two people"):
        await runbooks.start(wish, "101", StartForm("live", "off", False, False, False, "off"))
    await running_live(two)
    with pytest.raises(NotAllowed, match="two people"):
        await runbooks.turn(wish, "101", "cancel", StageForm(Text("no"), False))
    assert (starts(two), cancels(two)) == (1, 0)


async def test_a_rehearsal_takes_one(two: Stage) -> None:
    await two.command("/runbook start")
    await two.submit()
    assert "takes two" not in two.view_text()
    assert "asks for" not in repr(two.messages(SAM))


async def test_where_the_bot_cannot_post_nobody_waits_for_nothing(two: Stage) -> None:
    await two.command("/runbook start fail-over", channel=NETWORK)
    await two.submit(LIVE)
    assert "cannot post here" in two.view_text()
    assert starts(two) == 0


async def test_it_is_good_for_a_quarter_of_an_hour(two: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await ask(two)
    real = two.bot.clock.unix()
    monkeypatch.setattr(two.bot.clock, "unix", lambda: real + 901)
    assert "quarter of an hour ago" in await two.click("runbook.confirm", user=SAM)
    assert starts(two) == 0


async def test_a_restart_does_not_forget_it(two: Stage) -> None:
    await ask(two)
    await two.stop()
    await two.start()
    await two.click("runbook.confirm", user=SAM)
    assert starts(two) == 1


async def test_a_private_runbook_is_linked_by_administrators_only(private: Stage) -> None:
    said = await private.command("/cutover link fail-over", user=MEI)
    assert "This runbook is private" in said
    assert private.bot.links.of("T0HARBOUR01", FAILOVER) is None
    assert "linked this channel" in await private.command("/cutover link fail-over", user=SAM)
    assert [link.channel_id for link in private.bot.links.channels("101")] == [FAILOVER]


async def test_what_turns_private_is_posted_no_more(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(PRIVATE.replace("private: [101]", "private: []"))
    stage, stack = await open_stage(tmp_path, bot_policy=str(path))
    async with stack:
        await stage.command("/cutover link fail-over", user=MEI, channel=FAILOVER)
        await stage.command("/cutover link fail-over", user=DANA, channel=GENERAL)
        path.write_text(PRIVATE)
        later = stage.bot.clock.monotonic() + 6
        stage.bot.clock.monotonic = lambda: later  # type: ignore[method-assign]
        assert [link.channel_id for link in stage.bot.links.channels("101")] == [GENERAL]
        assert "private" in await stage.command("/cutover digest now", user=MEI, channel=FAILOVER)
        assert "private" not in await stage.command("/cutover digest now", user=DANA, channel=GENERAL)
        await stage.until(lambda: NAME in stage.text(SAM, GENERAL))
