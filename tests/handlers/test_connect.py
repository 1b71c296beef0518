"""Connect and disconnect: the form, what is checked, what is shown, who may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from connect_steps import connect, field, linked_stage, opened, rows
from stage import DANA, FAILOVER, GIL, IVAN, SAM, Stage, open_stage

SAM_NAME = "Sam Reyes"


@pytest.fixture
async def linked(tmp_path: Path) -> AsyncIterator[Stage]:
    async with linked_stage(tmp_path) as stage:
        yield stage


async def test_the_form_says_what_it_takes_and_what_slack_cannot_do(linked: Stage) -> None:
    text = repr(await opened(linked))
    assert "Developer" in text
    assert "cannot hide" in text
    assert "last four characters" in text


async def test_a_good_token_connects_and_shows_only_its_end(linked: Stage) -> None:
    token = linked.cutover.tokens["sam"]
    said = await connect(linked)
    assert f"Connected as *{SAM_NAME}*" in said
    assert token[-4:] in said
    assert token not in said
    whoami = await linked.command("/cutover whoami", user=SAM)
    assert f"it ends in `{token[-4:]}`" in whoami
    assert "as yourself" in whoami
    (row,) = await rows(linked)
    assert row["cutover_id"] == linked.cutover.world.person("sam").id
    assert token not in repr(row)


@pytest.mark.parametrize("wrap", ["  {} ", "Bearer {}", '"{}"', "`{}`"])
async def test_what_people_copy_with_a_token_does_no_harm(linked: Stage, wrap: str) -> None:
    assert "Connected as" in await connect(linked, token=wrap.format(linked.cutover.tokens["sam"]))


@pytest.mark.parametrize(
    ("token", "why"), [("", "required"), ("two words here", "no spaces"), ("tökentökentökentöken", "special")]
)
async def test_what_cannot_be_a_token_is_refused_beside_the_field(linked: Stage, token: str, why: str) -> None:
    assert why in await connect(linked, token=token) or token == ""
    assert await rows(linked) == []


@pytest.mark.parametrize(
    ("token", "why"),
    [("0" * 48, "does not accept this token"), ("abc", "too short"), ("bot", "the bot's own token")],
)
async def test_a_token_that_does_not_work_keeps_nothing_and_asks_again(linked: Stage, token: str, why: str) -> None:
    given = linked.cutover.tokens["bot"] if token == "bot" else token
    said = await connect(linked, token=given)
    assert why in said
    assert given not in said or token == "abc"
    assert await rows(linked) == []
    await linked.submit({field(linked.view(SAM)): {"input": linked.cutover.tokens["sam"]}}, user=SAM)
    assert "Connected as" in linked.view_text(SAM)


async def test_a_person_whom_cutover_does_not_know_is_told_so(linked: Stage) -> None:
    linked.slack.change_user(SAM, email="sam@elsewhere.example")
    assert "no user with your e-mail address" in await connect(linked)
    assert await rows(linked) == []


async def test_an_archived_user_cannot_connect(linked: Stage) -> None:
    linked.cutover.world.person("sam").archived = True
    assert "does not accept this token" in await connect(linked)


async def test_one_token_does_not_stand_for_two_people(linked: Stage) -> None:
    await connect(linked, SAM)
    said = await connect(linked, IVAN, linked.cutover.tokens["sam"])
    assert "connected to another Slack user" in said
    assert len(await rows(linked)) == 1


async def test_a_pair_once_made_stays_whatever_the_address_says(linked: Stage) -> None:
    await connect(linked, SAM)
    await linked.command("/cutover disconnect", user=SAM)
    linked.slack.change_user(SAM, email="mei.lin@harbour.example")
    await linked.stop()
    await linked.start()  # which forgets what Slack said of Sam
    said = await connect(linked, SAM, linked.cutover.tokens["mei"])
    assert "paired with another Cutover user" in said


async def test_disconnect_forgets_the_token_and_keeps_the_pair(linked: Stage) -> None:
    await connect(linked)
    said = await linked.command("/cutover disconnect", user=SAM)
    assert linked.cutover.tokens["sam"][-4:] in said
    (row,) = await rows(linked)
    assert (row["sealed"], row["fingerprint"], row["tail"]) == (None, None, "")
    assert row["cutover_id"] == linked.cutover.world.person("sam").id
    assert "bot's own Cutover account" in await linked.command("/cutover whoami", user=SAM)
    assert "nothing to forget" in await linked.command("/cutover disconnect", user=SAM)


async def test_only_administrators_undo_a_pair(linked: Stage) -> None:
    await connect(linked)
    assert "Only operators may undo" in await linked.command(f"/cutover disconnect <@{SAM}>", user=IVAN)
    assert len(await rows(linked)) == 1
    assert "no Cutover user any more" in await linked.command(f"/cutover disconnect <@{SAM}>", user=DANA)
    assert await rows(linked) == []


async def test_a_token_typed_into_the_command_is_refused_with_advice(linked: Stage) -> None:
    said = await linked.command(f"/cutover connect {linked.cutover.tokens['sam']}", user=SAM)
    assert "revoke it" in said
    assert linked.cutover.tokens["sam"] not in said
    assert await rows(linked) == []


async def test_guests_have_nothing_to_connect_for(linked: Stage) -> None:
    assert "Guests may not" in await linked.command("/cutover connect", user=GIL, channel=FAILOVER)


async def test_without_keys_nobody_connects(tmp_path: Path) -> None:
    stage, stack = await open_stage(tmp_path)
    async with stack:
        assert "BOT_ENCRYPTION_KEYS" in await stage.command("/cutover connect", user=SAM)
