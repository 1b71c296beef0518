"""A policy file in the running bot: asked when a thing is done, for reading too, and it may change meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stage import DANA, FAILOVER, GENERAL, GIL, IVAN, MEI, SAM, Stage, open_stage
from task_steps import ROLL, presses, task_named

from bot import manifest

TEAM = "T0HARBOUR01"
POLICY = f"""
grants:
  - {{may: [view], everyone: true}}
  - {{may: [work], users: [{SAM}], channels: [{FAILOVER}]}}
  - {{may: [work, status, run_rehearsal], groups: [S0LEADS0001]}}
  - {{may: [run_live], users: [{IVAN}]}}
  - {{may: [view, work], users: [{GIL}]}}
"""
GROUP = {"id": "S0LEADS0001", "name": "Leads", "handle": "leads", "users": [MEI]}


@pytest.fixture
async def ruled(tmp_path: Path) -> AsyncIterator[Stage]:
    """The fail-over runs as a rehearsal; nobody is assigned to its first task; Dana is the only operator."""
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    stage, stack = await open_stage(tmp_path, bot_policy=str(path))
    async with stack:
        stage.slack._ws.usergroups.append(GROUP)
        await stage.slack.set_app(scopes=[*manifest.SCOPES, "usergroups:read"])
        await stage.run()
        task_named(stage, ROLL).people.clear()
        await stage.link(channel=GENERAL)
        yield stage
        assert not stage.slack.violations, stage.slack.violations


async def test_who_is_granted_it_works_and_who_is_not_is_refused(ruled: Stage) -> None:
    said = await ruled.command("/task start roll", user=IVAN)
    assert "You may not work on tasks here" in said
    assert presses(ruled) == []
    assert ROLL in await ruled.command("/task list", user=IVAN)
    assert "You started this" in await ruled.command("/task start roll", user=SAM)


async def test_a_grant_for_a_channel_holds_there_only(ruled: Stage) -> None:
    assert "You may not" in await ruled.command("/task start roll", user=SAM, channel=GENERAL)
    assert presses(ruled) == []


async def test_a_button_is_drawn_for_all_and_asked_when_pressed(ruled: Stage) -> None:
    await ruled.command("/task show roll", user=IVAN)
    assert "You may not work on tasks here" in await ruled.click("task.start", user=IVAN)
    assert presses(ruled) == []


async def test_members_of_a_user_group_have_its_grants(ruled: Stage) -> None:
    assert "is amber now" in await ruled.command("/runbook status amber slow", user=MEI)
    assert "You may not change runbooks here" in await ruled.command("/runbook status red", user=SAM)


async def test_a_group_that_slack_does_not_tell_of_lets_nobody_in(ruled: Stage) -> None:
    await ruled.slack.set_app(scopes=[*manifest.SCOPES])
    said = await ruled.command("/runbook status amber slow", user=MEI)
    assert "who is in the groups" in said
    assert "usergroups:read" in said
    assert ruled.writes("") == []


async def test_a_guest_has_what_names_their_id(ruled: Stage) -> None:
    assert "You started this" in await ruled.command("/task start roll", user=GIL)
    assert "Guests may not" in await ruled.command("/runbook status red", user=GIL)


async def test_links_and_digests_need_their_right(ruled: Stage) -> None:
    assert "You may not link this channel" in await ruled.command("/cutover link fail-over", user=SAM, channel=GENERAL)
    assert "You may not unlink this channel" in await ruled.command("/cutover unlink", user=SAM)
    assert "You may not" in await ruled.command("/cutover digest every 30m", user=SAM)
    assert ruled.bot.links.of(TEAM, FAILOVER) is not None
    await ruled.command("/cutover unlink", user=DANA)
    assert ruled.bot.links.of(TEAM, FAILOVER) is None


async def test_pausing_and_override_take_their_right(ruled: Stage) -> None:
    assert "You may not pause a rehearsal" in await _modal(ruled, "/runbook pause", SAM)
    assert "input" in await _modal(ruled, "/runbook pause", MEI)
    assert "act in place of the people assigned" in await ruled.command("/task start roll override", user=SAM)


async def test_who_is_taken_out_of_the_file_is_refused_soon_after(tmp_path: Path, ruled: Stage) -> None:
    (tmp_path / "policy.yaml").write_text("grants: [{may: [view], everyone: true}]")
    ruled.bot.acting.policy._looked -= 5
    assert "You may not" in await ruled.command("/task start roll", user=SAM)


async def test_who_may_not_look_is_shown_nothing_but_help_and_who_they_are(tmp_path: Path, ruled: Stage) -> None:
    (tmp_path / "policy.yaml").write_text(f"grants: [{{may: [view], users: [{SAM}]}}]")
    ruled.bot.acting.policy._looked -= 5
    for line in ("/task list", "/runbook show", "/task show roll", "/runbook list"):
        assert "You may not look at runbooks here" in await ruled.command(line, user=IVAN), line
    assert "/cutover" in await ruled.command("/cutover help", user=IVAN)
    assert "nothing" in await ruled.command("/cutover whoami", user=IVAN)
    assert "grants you here: view" in await ruled.command("/cutover whoami", user=SAM)


async def test_refusals_are_on_record(ruled: Stage) -> None:
    await ruled.command("/task start roll", user=IVAN)
    await ruled.command("/cutover unlink", user=SAM)
    said = await ruled.command("/cutover audit")
    assert f"<@{IVAN}>" in said
    assert "You may not work on tasks here" in said
    assert f"<@{SAM}>" in said
    assert "You may not unlink this channel" in said


async def _modal(stage: Stage, line: str, user: str) -> str:
    await stage.command(line, user=user)
    return stage.view_text(user)
