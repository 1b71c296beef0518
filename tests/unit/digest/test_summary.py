"""What a digest says has changed: exact, once, and only what the channel listens to."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from digest_world import NOW, at, big, done, earlier, post, running, snapshot, streams, summary, task
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.digest_post import DigestView, digest, people_in_digest
from bot.blocks.fit import check
from bot.digest.summary import summarise
from bot.model import Ref
from bot.model.snapshot import Snapshot, StreamState, TaskState
from bot.plan import Moved
from bot.plan.drift import TASK

STAGES = ("default", "startable", "in_progress", "complete")
TASKS = st.dictionaries(
    st.integers(0, 30), st.tuples(st.sampled_from(STAGES), st.sampled_from(["4", "41", "5", "6", "9"]), st.booleans())
)


def of(chosen: dict[int, tuple[str, str, bool]]) -> Snapshot:
    made = tuple(
        task(
            number, f"Task {number}", stage, stream, is_late=late, completion_type="complete_skipped" if late else None
        )
        for number, (stage, stream, late) in chosen.items()
    )
    return snapshot(tasks=made)


@given(TASKS, TASKS)
def test_every_move_is_counted_in_one_stream_and_once(before: dict, after: dict) -> None:  # type: ignore[type-arg]
    told = summary(of(before), of(after))
    moved = {n for n in after if n not in before or before[n][0] != after[n][0]}
    waiting = {n for n in moved if after[n][0] == "default"}
    assert sum(news.moved for news in told.streams) == len(moved - waiting)
    assert told.added == len(after.keys() - before.keys())
    assert told.removed == len(before.keys() - after.keys())
    assert told.progress.total.total == len(after)
    fresh = [n for n in after if after[n][2] and after[n][0] in STAGES[1:3]]
    known = [n for n in fresh if n in before and before[n][2] and before[n][0] in STAGES[1:3]]
    assert sum(news.late_count for news in told.streams) == len(fresh) - len(known)


@given(TASKS)
def test_the_same_reading_twice_is_silent(tasks: dict) -> None:  # type: ignore[type-arg]
    assert summary(of(tasks), of(tasks)).is_silent


def test_the_first_digest_compares_nothing_and_is_not_silent() -> None:
    told = summary(None, snapshot())
    assert not told.is_silent
    assert told.since is None
    assert "Since" not in post(None, snapshot()).text


def test_what_changed_is_told_per_stream() -> None:
    told = {news.stream.name: news for news in summary(earlier(), snapshot()).streams}
    database = told["Database"]
    assert (database.status_before, database.started_count, database.ready_count, database.late_count) == (
        "green",
        1,
        1,
        2,
    )
    assert (told["Applications"].skipped_count, told["Applications"].finished_count) == (1, 0)
    assert [one.name for one in told["Network"].finished] == ["Open the bridge and call the roll"]


def test_forecast_drift_is_told_from_a_minute_on() -> None:
    assert summary(earlier(), snapshot()).drift == 600
    assert "*10 min later than before*" in post(earlier(), snapshot()).text
    assert summary(earlier(end_forecast=at(204.5)), snapshot()).drift == 0
    assert "*5 min earlier than before*" in post(earlier(end_forecast=at(210)), snapshot()).text


@pytest.mark.parametrize(
    ("minutes", "own", "named"),
    [(100, 100, True), (100, 119, True), (100, 81, True), (100, 121, False), (100, 79, False), (100, 1, False),
     (2, 60, False), (2, 3, True), (2, 3.1, False), (2, -0.5, False), (-100, -90, True), (-100, 90, False)],
)  # fmt: skip
def test_a_cause_is_named_only_for_the_move_that_cutover_tells(minutes: int, own: float, named: bool) -> None:
    new, seconds = snapshot(end_forecast=at(300 + minutes)), own * 60.0
    moved = Moved(NOW.timestamp() - 1800, seconds, TASK, "405", seconds)
    text = post(earlier(end_forecast=at(300)), new, moved=moved, behind=new.tasks["405"]).text
    assert "than before*" in text
    assert ("because of #5" in text) is named


def test_another_run_is_not_compared() -> None:
    assert summary(earlier(start_actual=at(-500)), snapshot()).since is None
    assert summary(earlier(id="9"), snapshot()).since is None
    begun = summary(earlier(stage="planning", start_actual=None), snapshot())
    assert begun.stage_before == "planning"


def test_a_channel_hears_its_streams_and_their_sub_streams_only() -> None:
    told = summary(earlier(), snapshot(), streams=("4",))
    assert {news.stream.name for news in told.streams} == {"Network", "Core switches"}
    assert told.progress.total.total == 5
    assert (told.added, told.removed) == (0, 0)
    assert told.questions.unassigned_count == 1
    assert "of 5 done* in the streams of this channel" in post(earlier(), snapshot(), streams=("4",)).text


def test_a_new_reason_for_the_same_status_is_news() -> None:
    old = snapshot()
    lanes = streams() | {"5": StreamState("5", "Database", "amber", "Lag is 80 s now")}
    new = msgspec.structs.replace(old, streams=lanes)
    assert not summary(old, new).is_silent
    assert "*Database* 🟧 Amber: Lag is 80 s now" in post(old, new).text


def test_a_new_stream_without_status_is_no_news() -> None:
    old = snapshot()
    new = msgspec.structs.replace(old, streams=streams() | {"7": StreamState("7", "Storage")})
    assert summary(old, new).is_silent


def test_questions_are_asked_only_while_it_runs() -> None:
    late = {"status_updated_at": at(-61), "start_actual": at(-200)}
    assert summary(None, snapshot(**late)).questions.status_since == NOW - timedelta(minutes=61)
    assert summary(None, snapshot(**late), status_minutes=90).questions.status_since is None
    assert summary(None, snapshot(status_updated_at=None, start_actual=at(-59))).questions.status_since is None
    assert not summary(None, snapshot(stage="paused", **late)).questions
    red = streams() | {"4": StreamState("4", "Network", "red", " ")}
    assert [
        one.name for one in summary(None, msgspec.structs.replace(snapshot(), streams=red)).questions.unexplained
    ] == ["Network"]


def test_what_nobody_is_told_about_is_not_asked_for() -> None:
    """An instance that does not tell assignees has no unassigned tasks."""
    unknown = snapshot(tasks=(task(1, "Who knows", "startable", assignees=None),))
    assert summary(None, unknown).questions.unassigned_count == 0


def test_the_people_of_late_tasks_are_asked_for() -> None:
    told = summary(None, snapshot())
    assert set(people_in_digest(told)) == {Ref("user", "3"), Ref("runbook_team", "8")}


def test_the_longest_overdue_stands_first() -> None:
    tasks = tuple(running(n, f"Late {n}", end_planned=at(-n), is_late=True) for n in range(1, 9))
    text = post(None, snapshot(tasks=tasks)).text
    assert text.index("Late 8") < text.index("Late 7") < text.index("Late 4")
    assert "• +3 more" in text
    assert "*8 min* late" in text


def test_a_digest_of_ten_thousand_tasks_in_sixty_streams_fits() -> None:
    new = big()
    old = Snapshot(new.runbook, new.streams, {key: _undone(one) for key, one in new.tasks.items()}, new.read_at - 1800)
    told = summarise(old, new, NOW)
    assert sum(news.finished_count for news in told.streams) == 3_000
    made = digest(DigestView(told, NOW, {}))
    assert check(made) == []
    assert made.blocks[-1]["type"] == "actions"
    assert "more streams with" in made.text


def _undone(one: TaskState) -> TaskState:
    return msgspec.structs.replace(one, stage="default")


def test_a_run_that_is_over_lists_nothing_to_do() -> None:
    ended = snapshot(tasks=(done(1, "A"), running(2, "Left over", is_late=True)), stage="canceled")
    text = post(earlier(), ended).text
    assert "⚠️ *Late*" not in text
    assert "Open questions" not in text
