"""History, a moment in the past, field-by-field activity, and tables that follow from the log."""

from __future__ import annotations

from datetime import datetime

import pytest
from archive_tools import Place

from bot.archive import typed
from bot.archive.history import as_of, find, history, moment
from bot.archive.verify import verify
from bot.errors import Ambiguous, BadInput


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world() -> str:
    return "failover"


def seen(place: Place, seq: int) -> datetime:
    return moment(place.ask("SELECT observed_at FROM change WHERE seq=?", seq)[0][0])


def newest(place: Place) -> int:
    return int(place.ask("SELECT max(seq) FROM change")[0][0])


async def renamed(place: Place) -> tuple[str, int, int]:
    """A task that was renamed between two runs; the last rows of both."""
    await place.sync()
    first = newest(place)
    task = place.cutover.world.task_named("Check free capacity in DC South")
    place.rename(task.id, "Check capacity in both")
    await place.sync()
    return task.id, first, newest(place)


async def test_history_tells_each_field_with_both_times(place: Place) -> None:
    await renamed(place)
    with place.reading() as database:
        events = list(history(database, find(database, "task", "check capacity in both", None)))
    assert [event.op for event in events] == ["insert", "update"]
    changed = {field.name: (field.old, field.new) for field in events[1].fields}
    assert changed["name"] == ("Check free capacity in DC South", "Check capacity in both")
    assert changed.keys() == {"name", "updated_at"}
    assert changed["updated_at"][1] == events[1].source
    assert events[1].source not in (None, events[1].observed)


async def test_as_of_shows_what_was_known_then(place: Place) -> None:
    tid, before, after = await renamed(place)
    with place.reading() as database:
        names = [
            {one.id: one.attributes["name"] for one in as_of(database, seen(place, seq), kind="task")}
            for seq in (before, after)
        ]
    assert names[0][tid] == "Check free capacity in DC South"
    assert names[1][tid] == "Check capacity in both"
    assert names[0].keys() == names[1].keys()


async def test_as_of_one_runbook_has_its_lists_and_nothing_else(place: Place) -> None:
    await place.sync()
    with place.reading() as database:
        found = as_of(database, seen(place, newest(place)), runbook="101")
    assert {one.parent for one in found} == {"", "101"}
    assert [one.id for one in found if one.kind == "runbook"] == ["101"]
    assert {one.kind for one in found} == {"runbook", "task", "stream", "comment", "runbook_team"}


async def test_what_was_deleted_is_not_there_afterwards(place: Place) -> None:
    await place.sync()
    before = newest(place)
    task = place.cutover.world.task_named("Check free capacity in DC South")
    place.remove(task.id)
    await place.sync()
    with place.reading() as database:
        then = {one.id for one in as_of(database, seen(place, before), kind="task")}
        now = {one.id for one in as_of(database, seen(place, newest(place)), kind="task")}
    assert then - now == {task.id}


async def test_a_moment_before_the_archive_is_an_answer_of_its_own(place: Place) -> None:
    await place.sync()
    with place.reading() as database, pytest.raises(BadInput, match="knows nothing"):
        as_of(database, moment("2020-01-01"))


async def test_a_name_that_fits_several_is_not_guessed(place: Place) -> None:
    await place.sync()
    with place.reading() as database:
        with pytest.raises(Ambiguous):
            find(database, "task", "check", None)
        with pytest.raises(BadInput, match="no task"):
            find(database, "task", "no such thing", None)
        with pytest.raises(BadInput, match="no kind"):
            find(database, "tusk", "1", None)


async def test_activity_has_a_row_for_each_field(place: Place) -> None:
    tid, _, _ = await renamed(place)
    rows = place.ask("SELECT field, old, new FROM activity WHERE kind='task' AND id=?", tid)
    assert {row[0] for row in rows} == {"name", "updated_at"}
    assert ("name", "Check free capacity in DC South", "Check capacity in both") in rows


async def test_activity_tells_a_value_that_went_and_a_link_that_moved(place: Place) -> None:
    await place.sync()
    task = place.cutover.world.task_named("Check free capacity in DC South")
    runbook = place.cutover.world.runbooks["101"]
    task.description, task.people = "", []
    task.stream_id = next(one for one in runbook.streams if one != task.stream_id)
    place.rename(task.id, task.name)
    await place.sync()
    fields = {row[0]: row[2] for row in place.ask("SELECT field, old, new FROM activity WHERE id=?", task.id)}
    assert task.stream_id in fields["stream"]
    assert fields["assignees"] == '{"data":[]}'


async def test_reports_have_names_in_place_of_ids(place: Place) -> None:
    await place.sync()
    row = place.ask(
        "SELECT runbook, workspace, folder, stream, task_type, assignees FROM tasks_named WHERE name=?",
        "Open the bridge and call the roll",
    )[0]
    assert row == (
        "DC North to DC South fail-over",
        "Resilience",
        "Data centre fail-over",
        "Business validation",
        "Normal",
        "Dana Okafor",
    )


async def test_a_stream_that_is_gone_keeps_its_name_in_old_rows(place: Place) -> None:
    await place.sync()
    runbook = place.cutover.world.runbooks["101"]
    sid = next(sid for sid, one in runbook.streams.items() if one.name == "Core switches")
    del runbook.streams[sid]
    await place.sync()
    assert place.ask("SELECT name FROM names WHERE kind='stream' AND id=?", sid) == [("Core switches",)]
    assert place.ask("SELECT count(*) FROM streams WHERE id=?", sid) == [(0,)]


async def test_the_tables_rebuilt_from_the_log_are_the_same(place: Place) -> None:
    await renamed(place)
    place.remove(place.cutover.world.task_named("Check capacity in both").id)
    await place.sync()
    with place.reading() as database:
        assert typed.differences(database) == []
        assert verify(database).problems == []


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE tasks SET stage='complete' WHERE id='101001'",
        "DELETE FROM task_assignees WHERE id='101001'",
        "UPDATE names SET name='Other' WHERE kind='task' AND id='101001'",
    ],
)
async def test_a_table_that_does_not_follow_from_the_log_is_found(place: Place, harm: str) -> None:
    await place.sync()
    place.spoil(harm)
    with place.reading() as database:
        assert any("differs" in problem for problem in verify(database).problems)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE change SET payload='{}' WHERE kind='user'",
        "DELETE FROM change WHERE kind='stream'",
        "UPDATE head SET live=0 WHERE kind='team'",
    ],
)
async def test_a_log_that_was_tampered_with_is_found(place: Place, harm: str) -> None:
    await place.sync()
    place.spoil(harm)
    with place.reading() as database:
        assert verify(database).problems != []
