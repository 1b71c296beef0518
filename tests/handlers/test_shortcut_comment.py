"""The message shortcut "Add to runbook as comment": whose words, from where, to which runbook or task."""

from __future__ import annotations

from typing import Any

from stage import DANA, FAILOVER, GENERAL, NETWORK, SAM, Stage
from task_steps import ROLL, comments, field, fields, task_named

BRIDGE = "G0EXECBRDG1"
SIGNED = f"<p>Added from Slack by Dana Okafor ({DANA})</p>"


async def use(stage: Stage, said: str, channel: str = FAILOVER, by: str = SAM, user: str = DANA) -> str:
    """Somebody says something, and somebody uses the shortcut on it; the message's ts."""
    ts = str((await stage.slack.message(by, channel, said))["ts"])
    await on_message(stage, ts, channel, user)
    return ts


async def on_message(stage: Stage, ts: str, channel: str = FAILOVER, user: str = DANA) -> None:
    await stage.slack.shortcut(user, "comment_from_message", channel=channel, message_ts=ts)
    await stage.settle()


async def tasks_for(stage: Stage, query: str, user: str = DANA) -> list[dict[str, Any]]:
    found = await stage.slack.options(user, "choose.task", query, view_id=stage.view(user)["id"])
    options: list[dict[str, Any]] = found["options"]
    return options


async def test_the_linked_runbook_is_preset_and_the_comment_has_author_and_link(running: Stage) -> None:
    ts = await use(running, "Lag is *20 s* & falling")
    assert fields(running.view()) == ["runbook", "task", "text"]
    assert field(running.view(), "runbook")["initial_option"]["text"]["text"] == "DC North to DC South fail-over"
    assert field(running.view(), "text")["initial_value"] == "Lag is *20 s* & falling"
    assert "A link to the Slack message is added" in running.view_text()
    await running.submit()
    link = f"https://harbour-bank.slack.com/archives/{FAILOVER}/p{ts.replace('.', '')}"
    assert comments(running)[-1] == (
        f"<p>Sam Reyes in Slack:</p><p>Lag is <b>20 s</b> &amp; falling</p><p>{link}</p>{SIGNED}"
    )
    assert "The comment is in the runbook" in running.text()


async def test_a_task_can_be_chosen_by_typing(running: Stage) -> None:
    await use(running, "All on the call")
    found = await tasks_for(running, "roll")
    assert [one["text"]["text"] for one in found] == [ROLL]
    await running.submit({"task": {"choose.task": found[0]["value"]}})
    assert comments(running, ROLL)[-1].startswith("<p>Sam Reyes in Slack:</p><p>All on the call</p>")
    assert f"The comment is on {ROLL}" in running.text()
    assert ROLL in await running.click("task.show")


async def test_what_is_running_or_can_start_is_offered_first(running: Stage) -> None:
    await use(running, "hello")
    found = await tasks_for(running, "")
    assert {one["description"]["text"] for one in found[:5]} == {"▶️ Running", "🟢 Can start"}


async def test_the_words_can_be_edited_before_they_are_added(running: Stage) -> None:
    await use(running, "teh lag")
    await running.submit({"text": {"input": "the lag < 20 s"}})
    assert "<p>the lag &lt; 20 s</p>" in comments(running)[-1]


async def test_mentions_and_links_become_words(running: Stage) -> None:
    await use(running, "@mei see #general and @channel")
    assert field(running.view(), "text")["initial_value"] == "@Mei Lin see #general and @channel"
    await running.submit()
    assert "<p>@Mei Lin see #general and @channel</p>" in comments(running)[-1]


async def test_in_a_channel_without_a_runbook_it_is_chosen_in_the_form(running: Stage) -> None:
    await use(running, "Note this", channel=GENERAL)
    assert "initial_option" not in field(running.view(), "runbook")
    assert "runbook" in (await running.submit())["errors"]
    assert await tasks_for(running, "roll") == []
    view_id = running.view()["id"]
    found = await running.slack.options(DANA, "choose.runbook", "release train", view_id=view_id)
    assert [one["text"]["text"] for one in found["options"]] == ["Release train 24.11"]
    await running.slack.click(DANA, view_id=view_id, action_id="choose.runbook", value="103")
    await running.settle()
    tasks = await tasks_for(running, "roll out")
    assert [one["text"]["text"] for one in tasks] == ["Roll out to half of the hosts", "Roll out to all hosts"]
    await running.submit({"runbook": {"choose.runbook": "103"}, "task": {"choose.task": tasks[0]["value"]}})
    made = running.cutover.world.comments["103"][-1]
    assert made.content.startswith("<p>Sam Reyes in Slack:</p><p>Note this</p>")
    assert made.task_id == tasks[0]["value"]
    assert "The comment is on Roll out to half of the hosts" in running.text(channel=GENERAL)


async def test_a_task_of_another_runbook_than_the_chosen_one_adds_nothing(running: Stage) -> None:
    await use(running, "Mixed up")
    task = (await tasks_for(running, "roll"))[0]["value"]
    view_id = running.view()["id"]
    await running.slack.options(DANA, "choose.runbook", "release", view_id=view_id)
    before = len(running.cutover.world.comments["103"]) if "103" in running.cutover.world.comments else 0
    await running.submit({"runbook": {"choose.runbook": "103"}, "task": {"choose.task": task}})
    assert "not of the runbook that was chosen" in running.text()
    assert len(running.cutover.world.comments.get("103", [])) == before


async def test_a_channel_without_the_bot_works_too(running: Stage) -> None:
    await use(running, "Routes moved", channel=NETWORK)
    view_id = running.view()["id"]
    await running.slack.options(DANA, "choose.runbook", "fail-over", view_id=view_id)
    await running.submit({"runbook": {"choose.runbook": "101"}})
    assert "<p>Routes moved</p>" in comments(running)[-1]


async def test_a_message_that_is_longer_than_a_form_is_cut_and_says_so(running: Stage) -> None:
    await use(running, "word " * 700)
    assert "it is cut" in running.view_text()
    await running.submit()
    assert "word word" in comments(running)[-1]


async def test_emptied_words_are_an_error_beside_the_field(running: Stage) -> None:
    await use(running, "Something")
    assert (await running.submit({"text": {"input": " "}}))["answer"]["errors"] == {"text": "Write something."}


async def test_a_message_of_the_bot_itself_can_be_kept(running: Stage) -> None:
    announced = next(one for one in running.messages() if "linked this channel" in one.get("text", ""))
    await on_message(running, announced["ts"])
    await running.submit()
    assert "Dana Okafor linked this channel" in comments(running)[-1]


async def test_the_same_message_twice_is_two_comments_on_purpose(running: Stage) -> None:
    ts = await use(running, "Again")
    await running.submit()
    await on_message(running, ts)
    await running.submit()
    assert sum("<p>Again</p>" in one for one in comments(running)) == 2


async def test_cutover_being_down_is_told_in_the_window(running: Stage) -> None:
    running.cutover.order([{"path": "/runbooks/101$", "times": None, "do": {"status": 503}}])
    await use(running, "Down?")
    assert "Add a comment" in repr(running.view()["title"])
    assert "Cutover" in running.view_text()
    assert comments(running)[-1].find("Down?") == -1
    running.cutover.forget_faults()
    assert task_named(running, ROLL).comments_count == 0


async def test_a_private_channel_without_the_bot_gives_no_link_and_still_works(running: Stage) -> None:
    await use(running, "For the sponsor", channel=BRIDGE, by=DANA)
    assert "A link to the Slack message" not in running.view_text()
    await running.slack.options(DANA, "choose.runbook", "fail-over", view_id=running.view()["id"])
    await running.submit({"runbook": {"choose.runbook": "101"}})
    assert comments(running)[-1] == f"<p>Dana Okafor in Slack:</p><p>For the sponsor</p>{SIGNED}"


async def test_a_message_without_words_is_told(running: Stage) -> None:
    posted = await running.bot.web.call("chat.postMessage", channel=FAILOVER, text="", blocks=[{"type": "divider"}])
    await on_message(running, posted["ts"])
    assert "This message has no text to keep" in running.view_text()
