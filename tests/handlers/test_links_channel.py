"""Binding a channel to a runbook: proved by a post, saved only when it works, and used by the commands there."""

from __future__ import annotations

import asyncio

import pytest
from stage import DANA, FAILOVER, NETWORK, SAM, Stage

from bot.store import Link

NAME = "DC North to DC South fail-over"


async def test_a_link_is_told_to_the_whole_channel_and_used_from_then_on(stage: Stage) -> None:
    said = await stage.command("/cutover link fail-over")
    assert said == stage.text(SAM)
    assert f"<@{DANA}> linked this channel to *{NAME}*" in said
    assert NAME in await stage.command("/runbook show", user=SAM)


async def test_where_the_bot_is_no_member_it_says_how_to_invite_it_and_saves_nothing(stage: Stage) -> None:
    said = await stage.command("/cutover link fail-over", channel=NETWORK)
    assert "/invite @cutover" in said
    assert "/cutover link" in said
    assert "Which one do you mean?" in await stage.command("/runbook show", channel=NETWORK)
    await stage.slack.command(DANA, NETWORK, "/invite", "@cutover")
    await stage.link(channel=NETWORK)


@pytest.mark.parametrize("error", ["is_archived", "restricted_action", "msg_too_long"])
async def test_whatever_slack_refuses_nothing_is_saved(stage: Stage, error: str) -> None:
    await stage.slack.order([{"on": "api", "method": "chat.postMessage", "do": {"error": error}}])
    said = await stage.command("/cutover link fail-over")
    assert f"({error})" in said
    assert "nothing was linked" in said
    assert "Which one do you mean?" in await stage.command("/runbook show")


async def test_a_second_link_takes_the_place_of_the_first(stage: Stage) -> None:
    await stage.link()
    await stage.link("return")
    assert "DC South to DC North return" in await stage.command("/runbook show")


async def test_a_link_without_a_name_says_what_is_linked(stage: Stage) -> None:
    await stage.link()
    said = await stage.command("/cutover link")
    assert f"This channel is linked to {NAME}." in said
    assert "another runbook" in said


async def test_in_a_new_channel_a_link_without_a_name_asks_which_runbook(stage: Stage) -> None:
    await stage.command("/cutover link")
    asked = stage.last()
    found = await stage.slack.options(DANA, "pick.runbook", "fail", channel=FAILOVER, message_ts=asked["ts"])
    await stage.click("pick.runbook", value=found["options"][0]["value"])
    assert any("linked this channel to" in str(m["text"]) for m in stage.messages(SAM))
    assert "Linked DC North to DC South fail-over to" in repr(stage.messages())
    assert "pick.runbook" not in repr(stage.messages())


async def test_an_ambiguous_name_links_nothing_until_one_is_chosen(stage: Stage) -> None:
    said = await stage.command('/cutover link "dc"')
    assert "Several runbooks fit" in said
    assert "Which one do you mean?" in await stage.command("/runbook show")


async def test_a_mistyped_name_is_asked_about(stage: Stage) -> None:
    said = await stage.command("/cutover link ransomwear dril")
    assert "Did you mean one of these?" in said
    assert "linked this channel to *Ransomware drill*" in await stage.click("pick.runbook") + stage.text(SAM)


async def test_an_unlinked_channel_asks_again(stage: Stage) -> None:
    await stage.link()
    await stage.command("/cutover unlink")
    assert f"<@{DANA}> unlinked this channel from *{NAME}*" in stage.text(SAM)
    assert "Which one do you mean?" in await stage.command("/runbook show")
    assert "is not linked to a runbook" in await stage.command("/cutover unlink")


async def test_links_outlive_a_restart(stage: Stage) -> None:
    await stage.link()
    await stage.stop()
    await stage.start()
    assert NAME in await stage.command("/runbook show")


async def test_a_link_to_a_runbook_that_is_gone_says_so(stage: Stage) -> None:
    await stage.link()
    del stage.cutover.world.runbooks["101"]
    assert "Cutover cannot find it" in await stage.command("/runbook show")
    assert "unlinked this channel" in await stage.command("/cutover unlink")


async def test_a_channel_that_the_bot_has_left_can_be_unlinked(stage: Stage) -> None:
    await stage.link()
    await stage.slack.command(DANA, FAILOVER, "/remove", "@cutover")
    assert f"no longer linked to {NAME}" in await stage.command("/cutover unlink")
    assert "is not linked" in await stage.command("/runbook show")


async def test_where_the_link_cannot_be_saved_no_post_says_that_it_was(stage: Stage) -> None:
    await stage.bot.database.write(lambda c: c.exec_driver_sql("ALTER TABLE links RENAME TO elsewhere"))
    said = await stage.command("/cutover link fail-over")
    assert "cannot use its database" in said
    assert not any("linked this channel" in str(message["text"]) for message in stage.messages())


async def test_who_sees_the_post_may_type_before_the_link_is_saved(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    links, saving, go = stage.bot.links, asyncio.Event(), asyncio.Event()
    save = links.save

    async def held(link: Link) -> None:
        saving.set()
        await go.wait()
        await save(link)

    monkeypatch.setattr(links, "save", held)
    await stage.slack.command(DANA, FAILOVER, "/cutover", "link fail-over")
    await saving.wait()
    await stage.slack.command(SAM, FAILOVER, "/runbook", "show")
    await stage.slack.until(lambda: "runbook.refresh" in repr(stage.last(SAM)))
    assert links.channels("101") == ()
    go.set()
    await stage.settle()
    assert [link.channel_id for link in links.channels("101")] == [FAILOVER]
