"""Pictures by command: to the person, or into the channel, with words for who cannot see them."""

from __future__ import annotations

from stage import DANA, NETWORK, Stage


async def test_the_pictures_come_to_the_person_and_can_be_posted(running: Stage) -> None:
    said = await running.command("/runbook chart")
    assert "in your conversation with the bot" in said
    (direct,) = [found for key, found in running.slack.screen(DANA)["threads"].items() if key.startswith("D")]
    ((head, pictures),) = direct.values()
    assert "Timeline by stream of DC North to DC South fail-over." in head["text"]
    assert [one["name"] for one in pictures["files"]] == ["timeline-101.png", "burnup-101.png"]
    assert not any(message.get("files") for message in running.messages())
    assert "posted here" in await running.click("chart.here")
    (post,) = [message for message in running.messages("U0SAM000002") if message.get("files")]
    alts = [call.args.get("alt_txt") for call in running.slack.calls if call.method == "files.getUploadURLExternal"]
    assert [one.partition(" of ")[0] for one in alts[-2:]] == ["Timeline by stream", "Burn-up"]
    assert "asked for by" in repr(post["blocks"])


async def test_one_picture_is_posted_where_it_is_asked_for(running: Stage) -> None:
    assert "posted here" in await running.command("/runbook chart burn-up here")
    (post,) = [message for message in running.messages("U0SAM000002") if message.get("files")]
    assert [one["name"] for one in post["files"]] == ["burnup-101.png"]


async def test_where_the_bot_is_no_member_nothing_is_posted(running: Stage) -> None:
    assert "/invite" in await running.command("/runbook chart burnup here 101", channel=NETWORK)


async def test_a_runbook_without_tasks_has_no_picture(running: Stage) -> None:
    book = running.cutover.world.runbook_named("DC North to DC South fail-over")
    book.tasks.clear()
    running.cutover.world.live[book.id].rebuild()
    assert "no tasks" in await running.command("/runbook chart")
