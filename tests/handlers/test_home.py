"""The App Home: my tasks, the runs I may see, my channels; drawn at once, and anew after each press in it."""

from __future__ import annotations

import re
from pathlib import Path

from connect_steps import connect, linked_stage
from skipping import SkippingClock
from stage import DANA, FAILOVER, GENERAL, GIL, IVAN, MEI, SAM, Stage

from bot import manifest
from handlers.everything import all_routes

TOM = "U0TOM000006"


def home(stage: Stage, user: str) -> str:
    """All words of this person's Home."""
    shown = stage.slack.screen(user)["home"]
    return repr(shown["blocks"]) if shown else ""


async def open_home(stage: Stage, user: str) -> str:
    """Open Home and wait until everything is there."""
    await stage.slack.open_home(user)
    await stage.settle()
    return home(stage, user)


async def press(stage: Stage, user: str, action: str, label: str = "") -> None:
    """Press the first such control of Home, of the section that has `label`."""
    view = stage.slack.screen(user)["home"]
    block = next(b for b in view["blocks"] if f"'{action}'" in repr(b) and label in repr(b))
    value = re.search(r"'value': '(.*?)'", repr(block))
    assert value
    await stage.slack.click(user, action_id=action, view_id=view["id"], block_id=block["block_id"])
    await stage.settle()


async def test_my_tasks_with_what_can_be_done(running: Stage) -> None:
    text = await open_home(running, SAM)
    assert "*Back up core switch configuration*" in text
    assert "'text': 'Start'" in text
    assert "Open the bridge" not in text, "Dana's"
    assert "In Cutover you are Sam Reyes" in text


async def test_tasks_through_a_team_are_mine_too(running: Stage) -> None:
    assert "Take last full backup" not in await open_home(running, MEI)
    running.cutover.clock.advance(600)
    await running.cutover.tick()
    assert "Take last full backup of the card ledger" in await open_home(running, MEI)


async def test_a_press_in_home_acts_and_shows_it_there(running: Stage) -> None:
    await open_home(running, DANA)
    await press(running, DANA, "task.start", "Open the bridge")
    assert running.cutover.world.task_named("Open the bridge and call the roll").stage == "in_progress"
    assert "▶️ Running" in home(running, DANA).partition("Runs")[0]
    await press(running, DANA, "task.finish", "Open the bridge")
    assert "Open the bridge" not in home(running, DANA)
    assert len(running.writes("/(start|finish)$")) == 2


async def test_what_cannot_be_done_is_told_and_home_stays_right(running: Stage) -> None:
    """Until accounts are connected the bot acts as itself, and Cutover wants the people assigned."""
    await open_home(running, SAM)
    await press(running, SAM, "task.start", "Back up core")
    assert "only the people assigned" in running.text(SAM, direct(running, SAM))
    assert "'text': 'Start'" in home(running, SAM)


def direct(stage: Stage, user: str) -> str:
    """This person's messages with the bot."""
    channels = stage.slack.screen(user)["channels"]
    return next(name for name in channels if name.startswith("D"))


async def test_the_runs_of_my_channels_with_progress(running: Stage) -> None:
    text = await open_home(running, IVAN)
    assert "DC North to DC South fail-over" in text
    assert "<#C0DCFAILOVR>" in text


async def test_a_run_that_is_not_linked_in_a_channel_of_mine_is_not_shown(running: Stage) -> None:
    """Gil is a guest: in #dc-failover only."""
    await running.command("/cutover unlink")
    await running.link(channel=GENERAL)
    text = await open_home(running, GIL)
    assert "fail-over" not in text
    assert "No linked runbook that you may see" in text
    assert "<#C0GENERAL01>" not in text
    assert "<#C0GENERAL01>" in await open_home(running, TOM)


async def test_without_the_scopes_only_my_own_runs_are_shown(running: Stage) -> None:
    scopes = [scope for scope in manifest.SCOPES if scope not in manifest.OPTIONAL]
    await running.slack.set_app(scopes=scopes)
    assert "<#C0DCFAILOVR>" in await open_home(running, DANA), "she linked it"
    assert "<#C0DCFAILOVR>" not in await open_home(running, TOM), "he has no task that can start, either"


async def test_somebody_sees_something_before_cutover_answers(running: Stage) -> None:
    running.cutover.order([{"path": "/users/", "times": None, "do": {"status": 503}}])
    text = await open_home(running, SAM)
    assert "⚠️" in text
    assert "/cutover help" in text
    running.cutover.forget_faults()


async def test_the_first_time_a_view_comes_before_everything_is_known(running: Stage) -> None:
    before = len(published(running))
    await open_home(running, SAM)
    first, full = published(running)[before:]
    assert "Looking for your tasks" in first
    assert "Back up core" in full
    await open_home(running, SAM)
    assert len(published(running)) == before + 3, "later the old view stands until the new one is there"


def published(stage: Stage) -> list[str]:
    """What views.publish was called with."""
    return [repr(call.args) for call in stage.slack.calls if call.method == "views.publish"]


async def test_list_mine_in_a_channel_without_a_runbook_is_the_same_list(running: Stage) -> None:
    said = await running.command("/task list mine", user=DANA, channel=GENERAL)
    assert said.startswith("My tasks\n*Open the bridge and call the roll*")
    assert "DC North to DC South fail-over" in said
    assert "You started this" in await running.click("task.start", user=DANA, channel=GENERAL)


async def test_settings_of_a_channel_open_from_home(running: Stage) -> None:
    await open_home(running, DANA)
    await press(running, DANA, "home.watch", FAILOVER)
    assert running.view()["title"]["text"] == "What this channel hears"


async def test_refresh_draws_it_anew(running: Stage) -> None:
    await open_home(running, DANA)
    await running.command("/task start roll")
    assert "▶️ Running" not in home(running, DANA).partition("Runs")[0]
    await press(running, DANA, "home.refresh")
    assert "▶️ Running" in home(running, DANA).partition("Runs")[0]


async def test_somebody_whom_cutover_does_not_know_is_told_so(running: Stage) -> None:
    running.cutover.world.person("sam").archived = True
    text = await open_home(running, SAM)
    assert "No Cutover user has your e-mail address" in text
    assert "/cutover whoami" in text
    assert "<#C0DCFAILOVR>" in text, "he is in the channel all the same"


def test_the_manifest_asks_for_just_the_events_that_are_heard() -> None:
    form = manifest.build()
    assert form["settings"]["event_subscriptions"]["bot_events"] == sorted(all_routes().events)
    assert form["features"]["app_home"]["home_tab_enabled"] is True
    assert (
        "request_url"
        in manifest.build(request_url="https://bot.example/slack/events")["settings"]["event_subscriptions"]
    )


async def test_who_is_connected_sees_what_cutover_shows_to_them(tmp_path: Path) -> None:
    clock = SkippingClock()
    async with linked_stage(tmp_path, clock=clock) as stage:
        world = stage.cutover.world
        runbook = world.runbook_named("DC North to DC South fail-over")
        sam = world.person("sam")
        await connect(stage)
        text = await open_home(stage, SAM)
        assert "*Back up core switch configuration*" in text
        assert stage.cutover.requests[-1].person == "sam", "looked up with his own eyes"

        runbook.private = True
        runbook.editors.pop(sam.id, None)
        for who in (runbook.admins, runbook.members, runbook.readers):
            who[:] = [key for key in who if key != sam.id]
        for team in runbook.teams.values():
            team.people[:] = [key for key in team.people if key != sam.id]
        assert "Back up core switch" not in await open_home(stage, SAM), "of the run itself that is known for a minute"
        await clock.skip(61)
        text = await open_home(stage, SAM)
        assert "Back up core switch" not in text
        assert "No linked runbook that you may see" in text
        assert "DC North to DC South fail-over" in await open_home(stage, IVAN), "not connected, and in the channel"
