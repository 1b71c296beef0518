"""Comments typed into a command or a form: Cutover stores what was said, safely, and who said it."""

from __future__ import annotations

import pytest
from stage import DANA, GENERAL, SAM, Stage
from task_steps import ROLL, comments, field, fields, task_named

SIGNED = f"<p>Added from Slack by Dana Okafor ({DANA})</p>"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("all good", "<p>all good</p>"),
        ("R&D <b>said</b> 1 < 2", "<p>R&amp;D &lt;b&gt;said&lt;/b&gt; 1 &lt; 2</p>"),
        ("*bold* _plain_ `a < b`", "<p><b>bold</b> plain <code>a &lt; b</code></p>"),
        ("ask @mei in #general", "<p>ask @Mei Lin in #general</p>"),
        ("see https://x.example/?a=1&b=2", "<p>see https://x.example/?a=1&amp;b=2</p>"),
        ("it is &lt; not a tag", "<p>it is &amp;lt; not a tag</p>"),
        ("@channel read this", "<p>@channel read this</p>"),
        ('he said "go', '<p>he said "go</p>'),
        ("ثلاثة 🚀", "<p>ثلاثة 🚀</p>"),
    ],
)
async def test_a_typed_comment_is_stored_as_safe_html(running: Stage, typed: str, stored: str) -> None:
    said = await running.command(f"/task comment roll {typed}")
    assert said == f"✅ The comment is on {ROLL}."
    assert comments(running, ROLL) == [stored + SIGNED]


async def test_the_comment_is_shown_on_the_card_as_it_was_said(running: Stage) -> None:
    await running.command("/task comment roll R&D *said* <no>")
    said = await running.click("task.show")
    assert "R&amp;D said &lt;no&gt;" in said
    assert "Added from Slack by Dana Okafor" in said


async def test_each_comment_typed_is_one_comment_even_when_words_repeat(running: Stage) -> None:
    for _ in range(2):
        await running.command("/task comment roll still waiting")
    assert len(comments(running, ROLL)) == 2


async def test_a_runbook_comment_needs_no_task(running: Stage) -> None:
    assert "The comment is in the runbook" in await running.command("/runbook comment good morning, @sam")
    assert comments(running)[-1] == f"<p>good morning, @Sam Reyes</p>{SIGNED}"


async def test_without_words_a_form_opens_and_is_not_unescaped_twice(running: Stage) -> None:
    await running.command("/task comment roll")
    assert ROLL in running.view_text()
    assert fields(running.view()) == ["text"]
    await running.submit({"text": {"input": "first &amp; *second*\n• a < b\n• <@U0SAM000002>"}})
    assert comments(running, ROLL) == [
        "<p>first &amp;amp; <b>second</b></p><ul><li>a &lt; b</li><li>&lt;@U0SAM000002&gt;</li></ul>" + SIGNED
    ]
    assert running.text() == f"✅ The comment is on {ROLL}."


async def test_an_empty_form_is_answered_beside_its_field(running: Stage) -> None:
    await running.command("/task comment roll")
    assert (await running.submit({"text": {"input": " \n "}}))["answer"]["errors"] == {"text": "Write something."}
    assert comments(running, ROLL) == []


async def test_the_button_of_a_card_opens_the_form(running: Stage) -> None:
    await running.command("/task show roll", user=SAM)
    await running.click("task.comment", user=SAM)
    await running.submit({"text": {"input": "from the card"}}, user=SAM)
    assert comments(running, ROLL) == ["<p>from the card</p><p>Added from Slack by Sam Reyes (U0SAM000002)</p>"]


async def test_the_form_of_a_runbook_offers_its_tasks(running: Stage) -> None:
    await running.command("/runbook comment")
    view = running.view()
    found = await running.slack.options(DANA, "choose.task", "roll", view_id=view["id"])
    assert [one["text"]["text"] for one in found["options"]] == [ROLL]
    await running.submit({"task": {"choose.task": found["options"][0]["value"]}, "text": {"input": "via the menu"}})
    assert comments(running, ROLL) == ["<p>via the menu</p>" + SIGNED]


async def test_a_name_that_fits_several_tasks_asks_and_keeps_the_words(running: Stage) -> None:
    said = await running.command("/task comment core R&D says <ok>")
    assert "Several tasks fit" in said
    assert comments(running, ROLL) == []
    value = next(one["accessory"]["value"] for one in running.last()["blocks"] if "accessory" in one)
    await running.click("pick.task", value=value)
    assert comments(running, "Back up core switch configuration")[-1].startswith("<p>R&amp;D says &lt;ok&gt;</p>")


async def test_a_form_for_several_tasks_points_to_the_choice(running: Stage) -> None:
    await running.command("/task comment core")
    assert "Several tasks fit" in running.text()
    assert "this form opens again" in running.view_text()
    await running.close()
    value = next(one["accessory"]["value"] for one in running.last()["blocks"] if "accessory" in one)
    await running.click("pick.task", value=value)
    assert field(running.view(), "text")["type"] == "plain_text_input"


async def test_in_a_channel_without_a_runbook_the_words_wait_for_the_choice(running: Stage) -> None:
    await running.command('/task comment "open the bridge" a & b', channel=GENERAL)
    asked = running.last(channel=GENERAL)
    await running.slack.options(DANA, "pick.runbook", "", channel=GENERAL, message_ts=asked["ts"])
    await running.click("pick.runbook", channel=GENERAL, value="101")
    assert comments(running, ROLL) == ["<p>a &amp; b</p>" + SIGNED]


async def test_a_double_press_of_add_is_one_comment(running: Stage) -> None:
    await running.command("/task comment roll")
    view_id = running.view()["id"]
    values = {"text": {"input": "only once"}}
    await running.slack.submit(DANA, view_id=view_id, values=values, wait=False)
    await running.slack.submit(DANA, view_id=view_id, values=values, wait=False)
    await running.until(lambda: comments(running, ROLL))
    await running.settle()
    assert len(comments(running, ROLL)) == 1


async def test_too_long_a_command_is_told(running: Stage) -> None:
    said = await running.command("/task comment roll " + "x" * 4100)
    assert "too long" in said
    assert comments(running, ROLL) == []


async def test_a_comment_on_a_finished_task_is_taken(running: Stage) -> None:
    await running.command("/task start roll")
    await running.command("/task finish roll")
    await running.command("/task comment roll done well")
    assert any("done well" in one for one in comments(running, ROLL))
    assert task_named(running, ROLL).stage == "complete"


async def test_the_button_of_a_runbook_card_opens_the_form_for_the_runbook(running: Stage) -> None:
    await running.command("/runbook show")
    await running.click("runbook.comment")
    assert fields(running.view()) == ["task", "text"]
    await running.submit({"text": {"input": "for all & everybody"}})
    assert comments(running)[-1] == f"<p>for all &amp; everybody</p>{SIGNED}"


async def test_a_comment_that_cutover_refuses_is_told_and_can_be_repeated(running: Stage) -> None:
    refusal = {"errors": [{"code": "blank", "detail": "Content is too long"}]}
    running.cutover.order([{"path": "/comments", "times": 1, "do": {"status": 422, "body": refusal}}])
    said = await running.command("/task comment roll hello")
    assert "✅" not in said
    assert "Content is too long" in said
    assert "✅" in await running.command("/task comment roll hello")
    assert len(comments(running, ROLL)) == 1


async def test_words_typed_into_a_form_are_given_back_when_cutover_fails(running: Stage) -> None:
    await running.command("/task comment roll")
    running.cutover.order([{"method": "POST", "path": "/comments$", "times": 1, "do": {"status": 503}}])
    await running.submit({"text": {"input": "a long story\nof <two> lines"}})
    words, error = running.messages()[-2:]
    assert words["text"] == "📝 These were your words:\na long story\nof &lt;two&gt; lines"
    assert "Cutover" in error["text"]
    assert comments(running, ROLL) == []
