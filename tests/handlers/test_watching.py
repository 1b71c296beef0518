"""/cutover watch: what a channel hears, set in one form; what is wrong is said beside its field."""

from __future__ import annotations

from typing import Any

import pytest
from stage import DANA, FAILOVER, GENERAL, GIL, IVAN, Stage

from bot.model.hearing import Hearing, Kind, Thread

TITLE = "What this channel hears"


def hearing(stage: Stage, channel: str = FAILOVER) -> Hearing:
    """What the channel hears by the bot's own book."""
    link = stage.bot.links.of(stage.bot.team_id, channel)
    assert link is not None
    return link.hearing


def field(stage: Stage, block_id: str) -> dict[str, Any]:
    """The element of one field of the form on top."""
    found: dict[str, Any] = next(b["element"] for b in stage.view()["blocks"] if b.get("block_id") == block_id)
    return found


def option(stage: Stage, block_id: str, label: str) -> str:
    """The value of the option with this label."""
    return str(next(o["value"] for o in field(stage, block_id)["options"] if o["text"]["text"] == label))


async def save(stage: Stage, **values: Any) -> dict[str, Any]:
    """Fill in these fields and press Save; Slack's answer."""
    actions = {block: field(stage, block)["action_id"] for block in values}
    return await stage.submit({block: {actions[block]: value} for block, value in values.items()})


@pytest.fixture
async def opened(stage: Stage) -> Stage:
    """Dana has the form open in #dc-failover."""
    await stage.link()
    await stage.command("/cutover watch")
    assert stage.view()["title"]["text"] == TITLE
    return stage


async def test_the_form_shows_what_is_in_force(opened: Stage) -> None:
    assert field(opened, "timezone")["initial_option"]["value"] == "Europe/London", "preset from the runbook"
    assert {o["value"] for o in field(opened, "kinds")["initial_options"]} == set(Hearing().kinds)
    assert {o["text"]["text"] for o in field(opened, "streams")["options"]} >= {"Network", "Database", "Core switches"}
    assert "initial_options" not in field(opened, "streams"), "none chosen means all"
    assert field(opened, "thread")["initial_option"]["value"] == "channel"


async def test_all_settings_are_kept_shown_again_and_said(opened: Stage) -> None:
    network = option(opened, "streams", "Network")
    await opened.slack.options(DANA, "choose.zone", "berlin", view_id=opened.view()["id"], block_id="timezone")
    await save(
        opened,
        kinds=["stream_status", "late"],
        streams=[network],
        thread="stream",
        mentions=[],
        silent=["skip_silent"],
        quiet="22:00 - 6:00",
        digest="At 9 and 17:30 weekdays",
        timezone="Europe/Berlin",
        remind_startable="10",
        remind_status="60",
    )
    assert hearing(opened) == Hearing(
        timezone="Europe/Berlin",
        kinds=(Kind.STREAM_STATUS, Kind.LATE),
        streams=(network,),
        thread=Thread.STREAM,
        mentions=False,
        quiet_from="22:00",
        quiet_to="06:00",
        digest="at 09:00, 17:30 mon-fri",
        skip_silent_digests=True,
        remind_startable=10,
        remind_status=60,
    )
    said = opened.view_text()
    for words in (
        "stream status, late",
        "Only Network",
        "at 09:00, 17:30 mon-fri",
        "22:00-06:00",
        "not started for 10",
    ):
        assert words in said
    await opened.command("/cutover watch")
    assert field(opened, "digest")["initial_value"] == "at 09:00, 17:30 mon-fri"
    assert [o["value"] for o in field(opened, "streams")["initial_options"]] == [network]
    assert field(opened, "timezone")["initial_option"]["value"] == "Europe/Berlin"


async def test_settings_outlive_a_restart(opened: Stage) -> None:
    await save(opened, thread="run", digest="every 30m")
    await opened.stop()
    await opened.start()
    assert hearing(opened).thread == Thread.RUN
    assert hearing(opened).digest == "every 30m"


@pytest.mark.parametrize(
    ("block", "typed", "told"),
    [
        ("digest", "every 2m", "too often"),
        ("digest", "at 25:00", "not a time of day"),
        ("digest", "sometimes", "not a time for digests"),
        ("quiet", "late", "22:00-06:00"),
        ("quiet", "25:00-06:00", "22:00-06:00"),
        ("quiet", "08:00-08:00", "whole day"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(opened: Stage, block: str, typed: str, told: str) -> None:
    before = hearing(opened)
    done = await save(opened, **{block: typed})
    assert done["answer"]["response_action"] == "errors"
    assert told in done["answer"]["errors"][block]
    assert hearing(opened) == before


async def test_a_digest_that_could_never_come_is_refused(opened: Stage) -> None:
    done = await save(opened, digest="at 23:00, 5:00", quiet="22:00-06:00")
    assert "quiet hours" in done["answer"]["errors"]["digest"]


async def test_zones_are_found_by_words_of_their_name(opened: Stage) -> None:
    view = opened.view()["id"]
    found = await opened.slack.options(DANA, "choose.zone", "new york", view_id=view, block_id="timezone")
    assert "America/New_York" in repr(found)
    assert "Europe/London" not in repr(found)


async def test_an_unlinked_channel_is_told_how_to_link(stage: Stage) -> None:
    await stage.command("/cutover watch", channel=GENERAL)
    assert "not linked" in stage.text(channel=GENERAL)
    assert "/cutover link" in stage.text(channel=GENERAL)


async def test_a_guest_is_told_at_once_that_it_is_not_for_them(stage: Stage) -> None:
    await stage.link()
    await stage.command("/cutover watch", user=GIL)
    assert "may not change what a channel hears" in stage.view_text(GIL)
    assert "may not change what a channel hears" in await stage.command("/cutover digest every 30m", user=GIL)
    assert "gets no digests" in await stage.command("/cutover digest", user=GIL), "reading is open to all"
    assert hearing(stage) == Hearing()


async def test_a_form_of_a_link_that_is_gone_changes_nothing(opened: Stage) -> None:
    await opened.command("/cutover unlink", user=IVAN)
    await save(opened, digest="every 30m")
    assert "Nothing was saved" in opened.view_text()


async def test_the_form_opens_while_cutover_is_down_and_keeps_the_streams(opened: Stage) -> None:
    network = option(opened, "streams", "Network")
    await save(opened, streams=[network])
    opened.cutover.order([{"path": "/runbooks", "times": None, "do": {"status": 503}}])
    await opened.stop()
    await opened.start()  # without what it remembered
    await opened.command("/cutover watch")
    assert "streams" not in {block.get("block_id") for block in opened.view()["blocks"]}
    await save(opened, digest="every 1h")
    assert hearing(opened).streams == (network,)
    assert hearing(opened).digest == "every 1h"


async def test_linking_to_another_runbook_begins_with_the_usual_settings(opened: Stage) -> None:
    """Streams of one runbook mean nothing in another."""
    await save(opened, streams=[option(opened, "streams", "Network")], digest="every 30m")
    await opened.command("/cutover link 102")
    assert hearing(opened).streams is None
