"""Report, comparison and shift note, over the fail-over of the embedded Cutover and a run that is over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from stage import DANA, FAILOVER, NETWORK, SAM, Stage, open_stage

from bot.cutover import CopyFrom, RunbookFields
from bot.errors import BotError
from bot.sandbox.cutover import engine, runs

Json = dict[str, Any]


async def press_on(stage: Stage, seconds: int = 4800) -> None:
    """Cutover's people work for that long, then Dana does two things from Slack."""
    for _ in range(seconds // 120):
        stage.cutover.clock.advance(120)
        await stage.cutover.tick()
    await stage.command("/task finish call the roll")
    await stage.command("/runbook status amber two tasks late")


async def test_the_report_tells_what_was_done_and_by_whom(running: Stage) -> None:
    await press_on(running)
    said = await running.command("/runbook report")
    assert "Report so far · DC North to DC South fail-over" in said
    assert "*Streams*" in said
    assert "Had a hand in tasks*: Dana Okafor 1" in said
    assert "two tasks late" in said
    assert "from Slack by" not in said


async def test_a_run_that_is_over_is_told_with_its_end(stage: Stage) -> None:
    said = await stage.command('/runbook report "Quarterly restore test"')
    assert "After-run report" in said
    assert "Ended" in said
    assert "on plan" in said
    assert "Not done" not in said


async def test_a_run_that_has_not_begun_has_no_report(stage: Stage) -> None:
    await stage.link()
    assert "has not begun" in await stage.command("/runbook report")


async def test_the_report_is_posted_with_its_files(running: Stage) -> None:
    await press_on(running)
    await running.command("/runbook report")
    said = await running.click("report.here")
    assert "posted here, with its files" in said
    post = next(m for m in running.messages("U0SAM000002") if m.get("files"))
    assert "Report so far" in repr(post["blocks"])
    names = [one["name"] for one in post["files"]]
    assert [name.rpartition(".")[2] for name in names] == ["pdf", "md", "csv"]
    assert all(one["size"] > 1000 for one in post["files"])


async def test_the_files_come_to_the_person(running: Stage) -> None:
    await running.command("/runbook report")
    said = await running.click("report.me")
    assert "in your conversation with the bot" in said
    threads = running.slack.screen(DANA)["threads"]
    (thread,) = [found for key, found in threads.items() if key.startswith("D")]
    (messages,) = thread.values()
    assert "Report of" in messages[0]["text"]
    assert [one["name"] for one in messages[1]["files"]] == ["report-101.pdf", "report-101.md", "report-101.csv"]
    assert not any(message.get("files") for message in running.messages())


async def test_where_the_bot_is_no_member_it_says_so_and_posts_nothing(running: Stage) -> None:
    said = await running.command("/runbook report fail-over", channel=NETWORK)
    assert "Report so far" in said
    assert "/invite" in await running.click("report.here", channel=NETWORK)
    assert not any(m.get("files") for m in running.messages(channel=NETWORK))


async def test_without_the_scope_the_hint_names_it(running: Stage) -> None:
    await running.command("/runbook report")
    await running.slack.order([{"on": "api", "method": "files.getUploadURLExternal", "do": {"error": "missing_scope"}}])
    assert "files:write" in await running.click("report.here")


async def test_the_shift_note_is_posted_once_by_who_presses(running: Stage) -> None:
    await press_on(running)
    said = await running.command("/runbook handover")
    assert "Handover · DC North to DC South fail-over" in said
    assert "Risks" in said
    assert "Decides the end" in said
    await running.click("handover.post")
    await running.until(
        lambda: any("posted by" in str(m.get("text")) for m in running.messages("U0SAM000002", FAILOVER))
    )


async def test_two_runs_are_compared_by_name(running: Stage) -> None:
    said = await running.command('/runbook compare "Quarterly restore test"')
    assert "Two runs compared" in said
    assert "No task of one has the stream and name" in said


@pytest.mark.parametrize(("words", "answer"), [("", "No earlier run"), ("fail-over 101", "fits"), ("101", "itself")])
async def test_what_cannot_be_compared_is_a_sentence(running: Stage, words: str, answer: str) -> None:
    assert answer in await running.command(f"/runbook compare {words}")


@pytest.mark.parametrize(("line", "button"), [("report", "report.here"), ("handover", "handover.post")])
async def test_a_private_run_is_posted_nowhere_by_others(tmp_path: Path, line: str, button: str) -> None:
    rules = tmp_path / "policy.yaml"
    rules.write_text('private: ["101"]\ngrants:\n  - {may: [view, work], everyone: true}\n')
    opened, stack = await open_stage(tmp_path, bot_policy=str(rules))
    async with stack:
        world = opened.cutover.world
        runs.start(world, world.runbooks["101"], world.person("dana"), run_type="rehearsal", comms="off")
        await opened.command(f"/runbook {line} 101", user=SAM)
        assert "private" in await opened.click(button, user=SAM)
        assert "private" in await opened.command("/runbook chart here 101", user=SAM)
        await opened.settle()
        assert not [message for message in opened.messages(DANA) if message.get("files")]


async def rehearsed(stage: Stage, name: str, minutes: int) -> str:
    """A run of the template that took that long, over by now; its id."""
    world, client = stage.cutover.world, stage.bot.client
    template = world.runbook_named("Fail-over template")
    made = await client.create_runbook(RunbookFields(name=name), copy=CopyFrom(source_runbook_id=template.id))
    book = world.runbooks[made.id]
    runs.start(world, book, world.person("dana"), run_type="rehearsal", comms="off")
    stage.cutover.clock.advance(minutes * 60)
    for task in sorted(book.tasks.values(), key=lambda one: world.live[book.id].rank[one.id]):
        if task.stage == "startable":
            engine.settle(world, book, engine.begin(world, book, task, world.now(), "1"), world.now(), "1")
        stage.cutover.clock.advance(minutes * 60)
        if task.stage != "complete":
            engine.finish(world, book, task, "complete_normal", world.now(), "1")
    return made.id


async def test_the_earlier_run_of_the_same_template_is_found(stage: Stage) -> None:
    await rehearsed(stage, "First rehearsal", 2)
    await rehearsed(stage, "Second rehearsal", 5)
    latest = await rehearsed(stage, "Third rehearsal", 9)
    await stage.link(latest)
    said = await stage.command("/runbook compare")
    assert "Earlier: Second rehearsal" in said
    assert "Later: Third rehearsal" in said
    assert "The later one took" in said
    assert "4 min longer" in said


async def test_what_cannot_be_printed_is_left_out(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def out_of_paper(*_: Any) -> bytes:
        raise BotError("The picture could not be painted.")

    monkeypatch.setattr(running.bot.studio, "print", out_of_paper)
    await running.command("/runbook report")
    await running.click("report.here")
    post = next(m for m in running.messages("U0SAM000002") if m.get("files"))
    assert [one["name"] for one in post["files"]] == ["report-101.md", "report-101.csv"]
