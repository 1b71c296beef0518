"""A colleague works in Cutover; the linked channels read of it: once, in place, and only what they listen to."""

from __future__ import annotations

from pathlib import Path

from stage import DANA, FAILOVER, GENERAL
from watching import EVERYTHING, ROLL, RUNBOOK, Watching, begin, open_watching

from bot.model.hearing import Hearing, Kind, Thread
from bot.sandbox.cutover.runbook import Task


async def test_the_first_reading_announces_nothing_but_puts_the_board(planned: Watching) -> None:
    assert len(planned.posts()) == 1  # the link itself
    assert "DC North to DC South fail-over" in planned.board()
    assert planned.boards()[0]["pinned"]


async def test_a_stream_status_set_in_cutover_is_posted_once(watching: Watching) -> None:
    watching.colleague("mei", "status", stream="Database", status="green")
    await watching.see()
    watching.colleague("mei", "status", stream="Database", status="amber", message="Replication lags <!channel>")
    for _ in range(3):
        await watching.see()
    (post,) = watching.telling("*Database*: green → amber")
    assert "Replication lags &lt;!channel&gt;" in post
    assert "since <!date^" in post


async def test_one_poll_serves_all_channels(watching: Watching) -> None:
    await watching.stage.link(channel=GENERAL)
    await watching.see()
    watching.stage.cutover.requests.clear()
    watching.colleague("mei", "status", stream="Database", status="red")
    await watching.poll(5)
    assert sum(path.endswith("/streams") for path in watching.reads) == 1
    for channel in (FAILOVER, GENERAL):
        assert len(watching.telling("off → red", channel)) == 1


async def test_what_can_start_names_its_people_once(watching: Watching) -> None:
    watching.colleague("dana", "start", task=ROLL, override=True)
    watching.colleague("dana", "finish", task=ROLL, override=True)
    await watching.see()
    await watching.see()
    said = "\n".join(watching.telling("an start"))
    assert "<@U0" in said
    for message in watching.messages():
        text = str(message.get("text"))
        if "an start" in text:
            assert len({part[:13] for part in text.split("<@")[1:]}) == text.count("<@")


async def test_a_task_moves_in_its_one_message(watching: Watching) -> None:
    await watching.hear(kinds=EVERYTHING)
    watching.colleague("dana", "start", task=ROLL, override=True)
    await watching.see()
    (running,) = watching.telling(ROLL)
    assert "Running" in running
    watching.colleague("dana", "finish", task=ROLL, override=True)
    await watching.see()
    (done,) = watching.telling(ROLL)
    assert "Done" in done
    assert "Finished at" in done


async def test_ones_own_press_names_the_person_and_pings_nobody(watching: Watching) -> None:
    await watching.hear(kinds=EVERYTHING)
    await watching.stage.command(f'/task start "{ROLL}"')
    await watching.see()
    await watching.stage.command(f'/task finish "{ROLL}"')
    await watching.see()
    (post,) = [text for text in watching.telling(ROLL) if "Finished by" in text]
    assert "Dana Okafor" in post
    assert all(f"<@{DANA}>" not in text for text in watching.telling("an start"))


async def test_a_start_in_cutover_is_told_with_what_can_start_now(planned: Watching) -> None:
    begin(planned.stage)
    await planned.see()
    posts = planned.posts()
    (started,) = [n for n, text in enumerate(posts) if "fail-over* started at" in text]
    assert "Rehearsal" in posts[started]
    assert any("an start" in text for text in posts[started + 1 :])
    assert "Running" in planned.board()
    assert planned.telling("its board stands further down")
    assert [message["text"] for message in planned.messages() if message["pinned"]] == [planned.board()]


async def test_a_run_that_began_right_after_the_link_is_told_of(planned: Watching) -> None:
    await planned.stage.command("/cutover unlink")
    await planned.poll(5)
    await planned.stage.link()
    planned.stage.cutover.clock.advance(60)
    begin(planned.stage)
    await planned.see()
    assert len(planned.telling("fail-over* started at")) == 1
    assert any("an start" in text for text in planned.posts())


async def test_the_board_of_a_channel_that_follows_no_more_says_so_and_is_not_pinned(watching: Watching) -> None:
    await watching.stage.command("/cutover unlink")
    await watching.poll(5)
    assert watching.boards() == []
    assert len(watching.telling("does not follow *DC North to DC South fail-over* any more")) == 1
    assert not any(message["pinned"] for message in watching.messages())
    await watching.stage.link()
    await watching.see()
    assert [board["pinned"] for board in watching.boards()] == [True]


async def test_the_board_of_what_a_channel_may_read_no_more_is_taken_down_and_comes_back(watching: Watching) -> None:
    links = watching.stage.bot.links
    links.withheld = lambda link: True
    await watching.poll(5)
    assert watching.boards() == []
    links.withheld = lambda link: False
    await watching.see()
    assert [board["pinned"] for board in watching.boards()] == [True]


async def test_a_list_of_what_can_start_loses_the_button_of_what_was_started(watching: Watching) -> None:
    world = watching.stage.cutover.world
    tasks = [task for task in world.runbooks[RUNBOOK].tasks.values() if task.stage == "default"][:6]

    def move(stage: str, *moved: Task) -> None:
        watching.stage.cutover.clock.advance(1)
        for task in moved:
            task.stage = stage
            world.live[RUNBOOK].touch(task, world.now())

    move("startable", *tasks)
    await watching.see()
    (before,) = [m for m in watching.messages() if "6 tasks can start*" in m["text"]]
    move("in_progress", *tasks[:2])
    await watching.see()
    (after,) = [m for m in watching.messages() if m["ts"] == before["ts"]]
    assert "4 of 6 tasks can still start" in after["text"]
    assert [repr(m["blocks"]).count("'task.start'") for m in (before, after)] == [6, 4]


async def test_the_board_is_one_message_edited_in_place(watching: Watching) -> None:
    before = [board["ts"] for board in watching.boards()]
    watching.colleague("mei", "status", stream="Database", status="red", message="Broken")
    await watching.see()
    await watching.poll(20)
    assert [board["ts"] for board in watching.boards()] == before
    assert "Red" in watching.board()


async def test_a_channel_hears_only_its_streams_and_kinds(watching: Watching) -> None:
    world = watching.stage.cutover.world
    streams = {s.name: s.id for s in world.runbooks[RUNBOOK].streams.values()}
    await watching.hear(streams=(streams["Network"],), kinds=(Kind.STREAM_STATUS,))
    before = watching.posts()
    for name in ("Database", "Network", "Core switches"):  # the last lies below Network
        watching.colleague("dana", "status", stream=name, status="red")
    watching.colleague("dana", "status", status="red")
    await watching.see()
    new = [text for text in watching.posts() if text not in before]
    assert ["Network" in text or "Core switches" in text for text in new] == [True, True]


async def test_tasks_go_into_a_thread_where_the_channel_wants_it(watching: Watching) -> None:
    await watching.hear(kinds=EVERYTHING, thread=Thread.STREAM)
    watching.colleague("dana", "start", task=ROLL, override=True)
    await watching.see()
    (thread,) = watching.stage.slack.screen(DANA)["threads"][FAILOVER].values()
    assert "Tasks of the stream *Business validation*" in thread[0]["text"]
    assert ROLL in thread[1]["text"]
    watching.colleague("dana", "finish", task=ROLL, override=True)
    await watching.see()
    told = "".join(m["text"] for m in watching.stage.slack.screen(DANA)["threads"][FAILOVER][thread[0]["ts"]][1:])
    assert "Done" in told
    assert "an start" in told


async def test_in_quiet_hours_only_red_is_posted(watching: Watching) -> None:
    await watching.hear(kinds=EVERYTHING, quiet_from="00:00", quiet_to="23:59", timezone="UTC")
    before = watching.posts()
    watching.colleague("mei", "status", stream="Database", status="amber")
    watching.colleague("mei", "status", stream="Network", status="red")
    watching.colleague("dana", "start", task=ROLL, override=True)
    await watching.see()
    new = [text for text in watching.posts() if text not in before]
    assert len(new) == 1
    assert "Network" in new[0]


async def test_rag_and_stage_name_who_and_why(watching: Watching) -> None:
    await watching.stage.command("/runbook status amber Vendor is late")
    await watching.see()
    assert any(
        "off → amber" in text and "Dana Okafor" in text and "Vendor is late" in text for text in watching.posts()
    )


async def test_the_report_tells_the_statuses_that_were_seen_where_cutover_has_no_log(tmp_path: Path) -> None:
    async with open_watching(tmp_path, additions=False) as watching:
        for status in ("amber", "red", "green"):
            watching.colleague("mei", "status", stream="Database", status=status)
            watching.stage.cutover.clock.advance(120)
            await watching.see()
        said = await watching.stage.command("/runbook report")
    told = said.partition("RAG status")[2]
    places = [told.find(word) for word in ("Amber", "Red", "Green")]
    assert -1 not in places
    assert places == sorted(places)


async def test_what_is_ready_is_told_before_the_planned_start(planned: Watching) -> None:
    stage = planned.stage
    link = stage.bot.links.of(stage.bot.team_id, FAILOVER)
    assert link is not None
    book = stage.cutover.world.runbooks[RUNBOOK]
    start = (await stage.bot.client.get_runbook(RUNBOOK)).start_planned
    assert start is not None
    left = int((start.timestamp() - planned.clock.unix()) // 60)
    await stage.bot.digests.save(link, Hearing(countdown=(left - 10,)))
    await stage.bot.digests.run_due()
    assert planned.telling("Starts in") == []
    planned.clock.advance(660)
    await stage.until(lambda: planned.telling("Starts in"))
    (told,) = planned.telling("Starts in")
    assert book.name in told
    assert "Ready, with 2 things worth mending" in told
    assert "Sign off the access lists" in told
