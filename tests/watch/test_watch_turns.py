"""A run is turned from Slack with a reason: the channels read who and why, once."""

from __future__ import annotations

from stage import DANA
from watching import EVERYTHING, ROLL, Watching


async def test_a_pause_from_slack_is_told_with_who_and_why(watching: Watching) -> None:
    await watching.stage.command("/runbook pause")
    await watching.stage.submit({"message": {"input": "Fire alarm"}})
    await watching.see()
    await watching.see()
    (post,) = watching.telling("Fire alarm")
    assert "Dana Okafor" in post
    assert f"<@{DANA}>" not in post
    assert len(watching.telling("paused *DC North")) == 1


async def test_a_skip_from_slack_is_told_with_its_reason(watching: Watching) -> None:
    await watching.hear(kinds=EVERYTHING)
    await watching.stage.command(f'/task skip "{ROLL}" Nobody is there')
    await watching.see()
    (post,) = watching.telling("Skipped by")
    assert ROLL in post
    assert "Dana Okafor" in post
    assert "Nobody is there" in post
