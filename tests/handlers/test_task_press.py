"""Start, finish and skip by command, on cards and on lists; who did what before; everyone, same person, fixed times."""

from __future__ import annotations

from stage import DANA, FAILOVER, IVAN, SAM, Stage
from task_steps import EVERYBODY, ROLL, actions, choice, comments, control, menu, presses, reach, task_named


async def test_a_card_offers_what_can_be_done_now(running: Stage) -> None:
    await running.command("/task show roll")
    acting = {"task.start", "task.finish", "task.skip", "task.more"}
    assert acting & set(actions(running.last())) == {"task.start", "task.skip", "task.more"}
    await running.click("task.start")
    assert acting & set(actions(running.last())) == {"task.finish", "task.skip", "task.more"}
    await running.click("task.finish")
    assert not acting & set(actions(running.last()))
    await running.command('/task show "Go / no-go"')
    assert acting & set(actions(running.last())) == {"task.more"}


async def test_buttons_of_a_card_redraw_the_card(running: Stage) -> None:
    await running.command("/task show roll")
    card, count = running.last(), len(running.messages())
    assert "You started this" in await running.click("task.start")
    assert "You finished this" in await running.click("task.finish")
    assert running.last()["ts"] == card["ts"]
    assert len(running.messages()) == count


async def test_a_list_stays_a_list_and_the_answer_comes_beside_it(running: Stage) -> None:
    await running.command("/task list roll")
    listing = running.last()
    assert "You started this" in await running.click("task.start")
    assert running.last()["ts"] != listing["ts"]
    shown = {message["ts"]: message for message in running.messages()}
    assert shown[listing["ts"]]["blocks"] == listing["blocks"]
    await running.command("/task list roll")
    assert "You finished this" in await running.click("task.finish", message=running.last())
    assert task_named(running, ROLL).stage == "complete"


async def test_show_on_a_list_gives_the_card_beside_it(running: Stage) -> None:
    await running.command("/task list decision")
    listing = running.last()
    assert "Waits for" in await running.click("task.show")
    assert running.last()["ts"] != listing["ts"]


async def test_who_started_before_is_told_with_the_time(running: Stage) -> None:
    await running.command("/task start roll")
    said = await running.command("/task start roll", user=SAM)
    assert f"Already started by <@{DANA}> at <!date^" in said
    assert "Nothing was sent" in said
    assert "You started this already" in await running.command("/task start roll")
    assert [name for name, _ in presses(running)] == ["start"]


async def test_what_was_done_in_cutover_is_told_without_a_name(running: Stage) -> None:
    await running.command("/task list roll")
    reach(running, "Tell branches that the fail-over begins")
    assert "Already finished, in Cutover" in await running.click("task.start")
    assert presses(running) == []


async def test_a_press_that_cutover_refused_is_not_taken_for_one_that_worked(running: Stage) -> None:
    """Somebody started it in Cutover between the bot's look and its press."""
    refusal = {"errors": [{"code": "task.already_started", "detail": "The task was already started"}]}
    running.cutover.order([{"path": "/start$", "times": 1, "do": {"status": 422, "body": refusal}}])
    said = await running.command("/task start roll", user=SAM)
    assert "You started this" not in said
    reach(running, "Tell branches that the fail-over begins")
    assert "Already finished, in Cutover" in await running.command("/task start roll", user=SAM)


async def test_finish_for_others_stands_in_the_menu_of_an_operator(running: Stage) -> None:
    task = reach(running, "Both leads agree that services are stable")
    await running.command("/task start both leads")
    await running.click("task.finish")
    assert "Everyone assigned has to press" in running.text()
    await running.command("/task show both leads")
    said = await running.click("task.more", value=menu(running, "Finish for others", DANA))
    assert "You finished this" in said
    assert task.stage == "complete"


async def test_a_form_that_slack_does_not_open_any_more_is_offered_again(running: Stage) -> None:
    await running.command("/task show roll")
    late = {"on": "api", "method": "views.open", "do": {"error": "expired_trigger_id"}}
    for action in ("task.skip", "task.comment"):
        await running.slack.order([late])
        assert "That took too long for Slack to open a form" in await running.click(action)
        again = running.last()
        assert actions(again) == [action]
        await running.click(action, message=again)
        assert running.view()
        await running.close()


async def test_a_finished_or_skipped_task_says_so_to_whoever_starts_it(running: Stage) -> None:
    await running.command("/task start roll")
    await running.command("/task finish roll")
    assert f"Already finished by <@{DANA}>" in await running.command("/task start roll", user=SAM)
    await running.command('/task skip "back up core" done yesterday')
    assert f"Already skipped by <@{DANA}>" in await running.command('/task finish "back up core"', user=SAM)


async def test_finishing_what_does_not_run_sends_nothing_and_offers_start(running: Stage) -> None:
    said = await running.command("/task finish roll")
    assert "does not run yet" in said
    assert presses(running) == []
    assert "task.start" in actions(running.last())


async def test_before_the_run_the_runbook_is_named_as_the_reason(stage: Stage) -> None:
    await stage.link()
    said = await stage.command("/task start roll")
    assert "The runbook has not been started yet" in said
    assert "/runbook start" in said
    assert presses(stage) == []


async def test_pressing_start_for_others_needs_an_operator(running: Stage) -> None:
    said = await running.command("/task start roll override", user=SAM)
    assert "Only operators may act in place" in said
    await running.command("/task show roll", user=SAM)
    said = await running.click("task.more", user=SAM, value=menu(running, "Start anyway", SAM))
    assert "Only operators may act in place" in said
    assert presses(running) == []
    assert "You started this" in await running.command("/task start roll override")
    assert presses(running) == [("start", {"override": True})]


async def test_a_fixed_start_holds_and_an_operator_may_start_anyway(stage: Stage) -> None:
    await stage.run("live")
    reach_live = stage.cutover.world.task_named("Switch public DNS")
    runbook = stage.cutover.world.runbooks["101"]
    for before in reach_live.predecessors:
        runbook.tasks[before].stage = "complete"
    said = await stage.command('/task start "Switch public DNS"')
    assert "cannot start yet" in said
    assert "🔒 Not before" in said
    said = await stage.click("task.more", value=menu(stage, "Start anyway", DANA))
    assert "You started this" in said
    assert presses(stage) == [("start", {"override": True})]


async def test_in_a_live_run_start_and_finish_ask_once_more(stage: Stage) -> None:
    await stage.run("live")
    await stage.command("/task show roll")
    ask = control(stage.last(), "task.start")["confirm"]
    assert ask["title"]["text"] == "Start in a LIVE run?"
    assert ROLL in ask["text"]["text"]
    press = {"action_id": "task.start", "channel": FAILOVER, "message_ts": stage.last()["ts"]}
    await stage.slack.click(DANA, **press, confirm=False)
    await stage.settle()
    assert presses(stage) == []
    await stage.click("task.start")
    assert control(stage.last(), "task.finish")["confirm"]["title"]["text"] == "Finish in a LIVE run?"
    await stage.command("/task list startable")
    assert control(stage.last(), "task.start")["confirm"]["title"]["text"] == "Start in a LIVE run?"


async def test_everyone_must_start_is_one_press_each_and_says_counted(running: Stage) -> None:
    task = reach(running, EVERYBODY)
    task.people.append(running.cutover.world.person("bot").id)
    said = await running.command("/task start everybody", user=IVAN)
    assert "Counted. Others have to press too" in said
    assert "👥 Everyone assigned must start it" in said
    assert "You started this" not in said
    assert task.stage == "startable"
    said = await running.command("/task start everybody", user=SAM)
    assert f"The bot's account has pressed already, by <@{IVAN}>" in said
    assert "others have to press in Cutover before this task is started" in said
    assert [name for name, _ in presses(running)] == ["start", "start"], "the second person is not swallowed"


async def test_nobody_starts_for_everyone_without_saying_so(running: Stage) -> None:
    task = reach(running, EVERYBODY)
    said = await running.command("/task start everybody")
    assert "Everyone assigned has to press" in said
    assert "`override`" in said
    assert task.stage == "startable"
    assert "You started this" in await running.command("/task start everybody override")
    assert task.stage == "in_progress"


async def test_who_started_it_must_finish_it(running: Stage) -> None:
    task = reach(running, "Promote DC South database cluster")
    task.people.append(running.cutover.world.person("bot").id)
    await running.command("/task start promote", user=SAM)
    task.started_by = [running.cutover.world.person("mei").id]
    said = await running.command("/task finish promote", user=SAM)
    assert "Only the person who started this task can finish it" in said
    assert "You finished this" in await running.command("/task finish promote override")


async def test_a_linked_task_starts_its_child_and_ends_with_it(running: Stage) -> None:
    task = reach(running, "Storage replication switch")
    said = await running.command('/task start "Storage replication switch"')
    assert "You started this" in said
    assert "Linked runbook" in said
    assert task.stage == "in_progress"


async def test_skipping_needs_a_reason_and_keeps_it_as_a_comment(running: Stage) -> None:
    await running.command('/task skip "back up core"')
    assert "Back up core switch configuration" in running.view_text()
    assert (await running.submit({"reason": {"input": "  "}}))["answer"]["errors"] == {
        "reason": "Say why it is skipped."
    }
    await running.submit({"reason": {"input": "R&D said <no>"}})
    assert "You skipped this" in running.text()
    assert comments(running, "Back up core switch configuration")[-1].startswith("R&amp;D said &lt;no&gt; (Skipped")
    assert f"({DANA})" in comments(running, "Back up core switch configuration")[-1]
    assert "Due to start" not in running.text()


async def test_the_form_of_a_task_that_is_done_or_gone_says_so(running: Stage) -> None:
    await running.command("/task show roll")
    card = running.last()
    await running.command("/task start roll")
    await running.command("/task finish roll")
    await running.click("task.skip", message=card)
    assert "✅ Done" in running.view_text()
    await running.close()
    running.cutover.order([{"path": "/tasks/", "times": None, "do": {"status": 503}}])
    await running.click("task.skip", message=card)
    assert "Cutover" in running.view_text()
    assert "One moment" not in running.view_text()


async def test_a_reason_behind_the_name_skips_at_once(running: Stage) -> None:
    assert "You skipped this" in await running.command('/task skip "back up core" because & so')
    assert comments(running, "Back up core switch configuration")[-1].startswith("because &amp; so (")


async def test_an_ambiguous_name_keeps_the_reason_while_one_chooses(running: Stage) -> None:
    assert "Several tasks fit" in await running.command("/task skip back it is 10 < 12")
    assert "You skipped this" in await running.click("pick.task", value=choice(running.last(), "Back up core"))
    assert comments(running, "Back up core switch configuration")[-1].startswith("it is 10 &lt; 12 (")


async def test_what_waits_cannot_be_skipped_and_the_card_says_why(running: Stage) -> None:
    said = await running.command("/task skip snapshot no need")
    assert "cannot be skipped yet" in said
    assert "Waits for Check free capacity" in said
