"""Incremental runs ask little, and read whole whatever they cannot explain."""

from __future__ import annotations

import pytest
from archive_tools import Place

from bot.archive.runs import INCREMENTAL


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def asked(place: Place) -> list[str]:
    """Queries of the lists of tasks since the last look."""
    seen = [one for one in place.cutover.requests if one.path.endswith("/tasks")]
    place.cutover.requests.clear()
    return [",".join(f"{name}={value}" for name, value in one.query.items()) for one in seen]


async def ready(place: Place) -> list[str]:
    """Two runs behind us and stamps that differ; the ids of the first runbook."""
    await place.sync()
    ids = list(place.cutover.world.runbooks["1001"].tasks)
    place.rename(ids[0], "First edit")
    await place.sync()
    asked(place)
    return ids


async def test_without_changes_one_row_a_runbook_is_asked_for(place: Place) -> None:
    await ready(place)
    outcome = await place.sync(mode=INCREMENTAL)
    assert (outcome.status, dict(outcome.changes), outcome.units["unchanged"]) == ("complete", {}, 3)
    queries = asked(place)
    assert len(queries) == 5  # two of them prove that this Cutover sorts
    assert all("page[size]=1," in query for query in queries)
    assert place.history() == place.expected


async def test_an_edit_and_a_new_task_are_read_without_the_rest(place: Place) -> None:
    ids = await ready(place)
    gone = place.remove(ids[5])
    await place.sync()
    asked(place)
    place.rename(ids[1], "Second edit")
    gone[1].updated_at += 90
    place.bring_back(*gone)
    outcome = await place.sync(mode=INCREMENTAL)
    assert outcome.changes["reappear"] == 1
    assert not any(query == "page[size]=100,page[number]=2" for query in asked(place))
    assert place.history() == place.expected


async def test_a_deletion_shows_in_the_total_and_is_read_whole(place: Place) -> None:
    ids = await ready(place)
    place.remove(ids[7])
    outcome = await place.sync(mode=INCREMENTAL)
    assert outcome.changes["delete"] == 1
    assert place.history() == place.expected


async def test_as_many_deleted_as_made_is_not_taken_for_no_change(place: Place) -> None:
    ids = await ready(place)
    gone = place.remove(ids[8])
    await place.sync()
    place.remove(ids[9])
    gone[1].updated_at += 90
    place.bring_back(*gone)
    await place.sync(mode=INCREMENTAL)
    assert place.history() == place.expected


async def test_a_silent_edit_is_found_by_the_sweep(place: Place) -> None:
    ids = await ready(place)
    place.rename(ids[3], "Silent", silent=True)
    outcome = await place.sync(mode=INCREMENTAL, sweep_hours=24)
    assert outcome.units["unchanged"] == 3
    assert place.history()[ids[3]][-1][1] != "Silent"
    outcome = await place.sync(mode=INCREMENTAL, sweep_hours=0)
    assert outcome.units["unchanged"] == 0
    assert place.history() == place.expected


async def test_a_first_incremental_run_is_a_full_one(place: Place) -> None:
    outcome = await place.sync(mode=INCREMENTAL, sweep_hours=24)
    assert outcome.changes["insert"] == outcome.rows
    assert place.history() == place.expected


@pytest.mark.parametrize("distinct", [True, False])
async def test_a_cutover_that_does_not_sort_is_read_whole(
    place: Place, distinct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.sync()
    ids = list(place.cutover.world.runbooks["1001"].tasks)
    if distinct:
        place.rename(ids[0], "First edit")
        await place.sync()
    from bot.sandbox.cutover import tasks_in

    monkeypatch.setattr(tasks_in, "_ordered", lambda _call, runbook: list(runbook.tasks.values()))
    place.rename(ids[-1], "Edited out of order")
    outcome = await place.sync(mode=INCREMENTAL)
    assert outcome.units["unchanged"] == 0
    assert place.history() == place.expected
