"""Go/no-go polls: who may vote, what it takes, what Cutover gets, and that a result is told once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from stage import DANA, FAILOVER, GIL, IVAN, MEI, NETWORK, SAM, Stage, open_stage

from bot.clock import Clock
from bot.sandbox.cutover import engine

Json = dict[str, Any]
TASK = "Go / no-go decision"


class Ahead(Clock):
    """Real time and `seconds` more."""

    seconds = 0.0

    def unix(self) -> float:
        return super().unix() + self.seconds


@pytest.fixture
async def voting(tmp_path: Path) -> AsyncIterator[Stage]:
    """The fail-over runs as a rehearsal; its decision is under way; time is moved by hand."""
    opened, stack = await open_stage(tmp_path, clock=Ahead())
    async with stack:
        await opened.run()
        world = opened.cutover.world
        book = world.runbook_named("DC North to DC South fail-over")
        task = next(task for task in book.tasks.values() if task.name == TASK)
        for before in sorted(book.tasks.values(), key=lambda one: world.live[book.id].rank[one.id]):
            if before.id in closure(book.tasks, task.id):
                engine.finish(world, book, before, "complete_normal", world.now(), "")
        engine.settle(world, book, engine.begin(world, book, task, world.now(), "1"), world.now(), "1")
        yield opened
        assert not opened.slack.violations, opened.slack.violations


def closure(tasks: Any, task_id: str) -> set[str]:
    found, todo = set(), list(tasks[task_id].predecessors)
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += tasks[one].predecessors
    return found


async def open_poll(stage: Stage, *voters: str, quorum: str = "", until: str = "30 min") -> Json:
    await stage.command("/task poll decision")
    values = {
        "question": {"input": "Shall we go?"},
        "users": {"input": list(voters)},
        "quorum": {"input": quorum},
        "until": {"input": until},
    }
    return await stage.submit(values)


def post(stage: Stage) -> Json:
    return next((m for m in reversed(stage.messages(SAM)) if "Shall we go?" in str(m.get("text"))), {"text": ""})


async def later(stage: Stage, seconds: float) -> None:
    assert isinstance(stage.clock, Ahead)
    stage.clock.seconds += seconds
    await stage.bot.polls.run_due()


async def said(stage: Stage, words: str) -> Json:
    await stage.until(lambda: words in post(stage)["text"])
    return post(stage)


def comments(stage: Stage) -> list[str]:
    found = stage.cutover.world.comments.values()
    return [one.content for these in found for one in these if "Shall we go?" in one.content]


async def press(stage: Stage, action: str, user: str) -> None:
    await stage.click(action, user=user, message=await said(stage, "Shall we go?"))


async def test_all_say_go_and_the_task_is_finished_from_the_result(voting: Stage) -> None:
    await open_poll(voting, SAM, MEI)
    shown = await said(voting, "Waiting for")
    assert "Takes the go of 2 people and nobody against" in shown["text"]
    assert f"<@{SAM}> <@{MEI}>" in shown["text"]
    await press(voting, "poll.go", SAM)
    assert f"Waiting for <@{MEI}>" in (await said(voting, "✅ Go · Sam Reyes"))["text"]
    await press(voting, "poll.go", MEI)
    ended = await said(voting, "✅ *Go* · 2 go, 0 no-go, 2 asked")
    (comment,) = comments(voting)
    assert comment.startswith("<p>GO: Shall we go? (quorum 2 of 2)</p><ul><li>Sam Reyes")
    assert "Added from Slack by Dana Okafor" in comment
    await voting.slack.click(DANA, action_id="task.finish_ask", channel=FAILOVER, message_ts=ended["ts"])
    await voting.settle()
    assert "Go on with" in voting.view_text()


async def test_one_no_go_is_a_no_go(voting: Stage) -> None:
    await open_poll(voting, SAM, MEI, IVAN, quorum="1")
    for user, action in ((SAM, "poll.go"), (MEI, "poll.no"), (IVAN, "poll.abstain")):
        await press(voting, action, user)
    ended = await said(voting, "⛔ *No-go* · 1 go, 1 no-go, 3 asked")
    assert "task.finish_ask" not in str(ended["blocks"])
    assert comments(voting)[0].startswith("<p>NO-GO")


async def test_silence_until_the_deadline_decides_nothing(voting: Stage) -> None:
    await open_poll(voting, SAM, MEI, until="20 min")
    await press(voting, "poll.go", SAM)
    await said(voting, "✅ Go · Sam Reyes")
    await later(voting, 19 * 60)
    assert comments(voting) == []
    await later(voting, 2 * 60)
    await said(voting, "*Not decided*")
    assert "<li>Mei Lin, Database lead: no vote</li>" in comments(voting)[0]


async def test_the_quorum_is_enough_when_the_poll_is_ended(voting: Stage) -> None:
    await open_poll(voting, SAM, MEI, quorum="1")
    await press(voting, "poll.go", SAM)
    await said(voting, "✅ Go · Sam Reyes")
    await press(voting, "poll.close", DANA)
    assert f"ended by <@{DANA}>" in (await said(voting, "✅ *Go*"))["text"]


async def test_the_last_word_of_a_person_counts(voting: Stage) -> None:
    await open_poll(voting, SAM, MEI)
    await press(voting, "poll.go", SAM)
    await press(voting, "poll.no", SAM)
    assert "✅ Go" not in (await said(voting, "⛔ No-go · Sam Reyes"))["text"]


async def test_who_is_not_asked_has_no_vote_and_cannot_end_it(voting: Stage) -> None:
    await open_poll(voting, SAM)
    await said(voting, "Waiting for")
    assert "You are not asked" in await voting.click("poll.go", user=IVAN, message=post(voting))
    assert "Only who opened" in await voting.click("poll.close", user=IVAN, message=post(voting))
    await press(voting, "poll.go", SAM)
    assert "poll.no" not in str((await said(voting, "✅ *Go*"))["blocks"])


async def test_a_poll_survives_a_restart_and_is_noted_once(voting: Stage) -> None:
    await open_poll(voting, SAM, MEI)
    await press(voting, "poll.go", SAM)
    await said(voting, "✅ Go · Sam Reyes")
    await voting.stop()
    await voting.start()
    await press(voting, "poll.go", MEI)
    await said(voting, "✅ *Go*")
    await voting.stop()
    await voting.start()
    await voting.bot.polls.run_due()
    assert len(comments(voting)) == 1


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"question": {"input": " "}}, "question", "Ask something"),
        ({"quorum": {"input": "3"}}, "quorum", "A number from 1 to 2"),
        ({"quorum": {"input": "all"}}, "quorum", "A number from 1 to 2"),
        ({"until": {"input": "soon"}}, "until", "A time from"),
        ({"until": {"input": "30s"}}, "until", "A time from"),
    ],
)
async def test_each_slip_in_the_form_is_told_beside_its_field(
    voting: Stage, values: Json, field: str, words: str
) -> None:
    await voting.command("/task poll decision")
    whole = {
        "question": {"input": "Shall we?"},
        "users": {"input": [SAM, MEI]},
        "quorum": {"input": ""},
        "until": {"input": "30 min"},
    }
    done = await voting.submit({**whole, **values})
    assert (
        words in str(done["answer"]["errors"][field]) if done.get("answer") else words in str(voting.view()["errors"])
    )


async def test_where_it_makes_no_sense_there_is_no_poll(voting: Stage) -> None:
    assert "needs a channel that is linked" in await voting.command("/task poll decision", channel=NETWORK)
    await voting.command("/task poll roll")
    assert "This task is over" in voting.view_text()


async def test_the_card_of_a_decision_offers_the_poll(voting: Stage) -> None:
    await voting.command("/task show decision")
    await voting.slack.click(DANA, action_id="poll.open", channel=FAILOVER, message_ts=voting.last()["ts"])
    await voting.settle()
    assert "Who is asked" in voting.view_text()


async def test_a_guest_opens_no_poll(voting: Stage) -> None:
    assert "may not" in await voting.command("/task poll decision", user=GIL) or "guest" in voting.text(GIL).casefold()
