"""CapyDB in trouble: each answer has its sentence, and whatever is lost on the way, one request is opened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from capydb_stage import CapyStage, held_open, open_capydb
from fault_world import HTML, HastyClock, read
from stage import DANA


@pytest.fixture
async def capy(tmp_path: Path, clock: HastyClock) -> AsyncIterator[CapyStage]:
    async with open_capydb(tmp_path, clock=clock) as made:
        yield made


def order(capy: CapyStage, do: dict[str, Any], method: str = "POST", times: int | None = 1) -> None:
    capy.capydb.order([{"method": method, "path": "cutover-requests", "times": times, "do": do}])


@pytest.mark.parametrize(
    ("do", "words"),
    [
        ({"status": 401}, "does not accept the bot's key"),
        ({"status": 403}, "does not let the bot's key do that"),
        ({"status": 404}, "does not know this preview"),
        ({"status": 400, "body": {"error": "bad <!channel> note"}}, "CapyDB says: bad &lt;!channel&gt; note"),
        ({"status": 409}, "a cutover request for this preview that is not finished"),
        ({"status": 429, "headers": {"Retry-After": "7"}}, "limiting how often"),
        ({"status": 400, "html": HTML}, "CapyDB refused this (status 400)"),
    ],
)
async def test_each_refusal_has_its_sentence_and_leaves_nothing(
    capy: CapyStage, do: dict[str, Any], words: str
) -> None:
    order(capy, do)
    await capy.ask(note="my words")
    assert words in capy.stage.view_text()
    assert "Traceback" not in capy.stage.view_text()
    assert "Secret" not in capy.stage.view_text()
    assert capy.opened == []
    assert "'initial_value': 'my words'" in capy.stage.view_text()
    await capy.fill()  # the same form once more goes through
    assert "Requested: preview" in capy.stage.view_text()
    (request,) = capy.opened
    assert request.customer_note.startswith("my words")


@pytest.mark.parametrize("do", [{"status": 500, "html": HTML}, {"status": 503}, {"cut": "before"}])
async def test_a_lost_request_that_never_arrived_is_said_not_to_be_done(capy: CapyStage, do: dict[str, Any]) -> None:
    order(capy, do)
    await capy.ask()
    assert "a look shows that nothing was done" in capy.stage.view_text()
    assert capy.opened == []
    assert len(capy.posts) == 1


async def test_a_lost_answer_is_found_in_the_list(capy: CapyStage) -> None:
    order(capy, {"cut": "after"})
    await capy.ask()
    assert "Requested: preview" in capy.stage.view_text()
    assert (len(capy.posts), len(capy.opened)) == (1, 1)
    await capy.look()
    assert "waiting for an operator" in capy.card()


async def test_a_success_in_html_is_looked_for_in_the_list(capy: CapyStage) -> None:
    order(capy, {"status": 200, "html": "<html>Log in</html>"})
    await capy.ask()
    assert "a look shows that nothing was done" in capy.stage.view_text()


async def test_what_cannot_be_known_is_settled_later_and_followed(capy: CapyStage, clock: HastyClock) -> None:
    await capy.stage.command("/cutover request dc-south")
    order(capy, {"cut": "after"})
    capy.capydb.order([{"method": "GET", "path": "cutover-requests", "times": 3, "skip": 1, "do": {"status": 500}}])
    await capy.fill(ticket="CHG1")
    assert "CapyDB did not answer: it is unknown whether this was done" in capy.stage.view_text()
    clock.advance(30)
    await capy.stage.bot.recovery.settle_open()
    assert "Checked with CapyDB: yes, the cutover of *ledger-dc-south* was requested" in read(capy.stage)
    await capy.look()
    assert "waiting for an operator" in capy.card()
    assert (len(capy.posts), len(capy.opened)) == (1, 1)


@pytest.mark.parametrize("do", [{"status": 500, "html": HTML}, {"status": 401}, {"status": 200, "html": HTML}])
async def test_a_list_that_cannot_be_read_is_said_and_nothing_is_sent(capy: CapyStage, do: dict[str, Any]) -> None:
    order(capy, do, "GET", None)
    said = await capy.stage.command("/cutover requests")
    assert "CapyDB" in said or "CAPYDB" in said
    assert "Secret" not in said
    await capy.stage.command("/cutover request dc-south")
    assert "will be *replaced*" not in capy.stage.view_text()
    assert capy.posts == []


async def test_a_restart_after_the_request_and_before_its_record_opens_no_second(
    capy: CapyStage, clock: HastyClock
) -> None:
    """The process ends while CapyDB has the request and the bot has no answer; the delivery is taken up again."""
    async with held_open(capy.capydb) as arrived:
        await capy.stage.command("/cutover request dc-south")
        view_id = capy.stage.view()["id"]
        await capy.stage.slack.submit(DANA, view_id=view_id, values={"ticket": {"input": "CHG1"}}, wait=False)
        await arrived.wait()
        for work in asyncio.all_tasks():  # what a kill does: whoever waits for CapyDB is gone without a word
            if "_guarded" in repr(work.get_coro()):
                work.cancel()
        await capy.stage.stop()
    await capy.stage.start()
    await capy.stage.until(lambda: "Requested: preview" in capy.stage.view_text())
    await capy.stage.until(lambda: capy.said("waiting for an operator"))
    assert (len(capy.posts), len(capy.opened)) == (1, 1)


async def test_capydb_going_silent_is_told_once_and_the_following_goes_on(capy: CapyStage, clock: HastyClock) -> None:
    await capy.ask()
    await capy.look()
    order(capy, {"status": 503}, "GET", None)
    for _ in range(4):
        await capy.look()
        clock.advance(301)
    assert len(capy.said("cannot see what becomes of the database cutover")) == 1
    capy.capydb.faults.forget()
    capy.operator("acknowledge")
    await capy.look()
    assert "taken up" in capy.card()


async def test_cutover_down_holds_the_comment_back_and_not_the_post(capy: CapyStage, clock: HastyClock) -> None:
    await capy.stage.run()
    await capy.stage.command("/task show Promote DC South")
    await capy.stage.click("task.request")
    await capy.choose()
    await capy.fill()
    capy.stage.cutover.order([{"method": "POST", "path": "comments", "times": 2, "do": {"cut": "before"}}])
    await capy.look()
    assert "waiting for an operator" in capy.card()
    assert capy.comments() == []
    tried = len(capy.stage.writes("comments"))
    await capy.look()
    assert len(capy.stage.writes("comments")) == tried  # not at once again
    for _ in range(3):
        clock.advance(301)
        await capy.look()
    assert len(capy.comments()) == 1
    capy.operator("acknowledge")
    capy.stage.cutover.order([{"method": "POST", "path": "comments", "do": {"cut": "after"}}])
    await capy.look()
    clock.advance(301)
    await capy.look()
    assert len(capy.comments()) == 2  # the lost answer is no second comment
