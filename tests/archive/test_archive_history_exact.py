"""The log holds exactly what happened between the runs, and nothing is retired that Cutover still shows."""

from __future__ import annotations

import pytest
from archive_tools import Place

from bot.archive.database import open_archive
from bot.archive.errors import ArchiveBusy
from bot.archive.scope import Scope
from bot.archive.verify import verify


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ids(place: Place, runbook: str = "1001") -> list[str]:
    return list(place.cutover.world.runbooks[runbook].tasks)


async def whole(place: Place) -> None:
    """The log is what happened, and the archive finds itself whole."""
    assert place.history() == place.expected
    with place.reading() as database:
        assert verify(database).problems == []


async def test_a_first_run_takes_everything_as_it_was_sent(place: Place) -> None:
    outcome = await place.sync()
    assert outcome.status == "complete"
    assert outcome.changes["insert"] == outcome.rows > 450
    await whole(place)
    sent = {row[0] for row in place.ask("SELECT CAST(payload AS text) FROM change WHERE kind='workspace'")}
    assert all(text.startswith('{"id":"') and '"links":{"self":"/core/workspaces/' in text for text in sent)


async def test_a_run_without_changes_adds_nothing(place: Place) -> None:
    await place.sync()
    outcome = await place.sync()
    assert (outcome.status, dict(outcome.changes)) == ("complete", {})
    await whole(place)


async def test_edits_silent_edits_deletions_and_revivals_are_each_one_row(place: Place) -> None:
    await place.sync()
    first, second, third, *_ = ids(place)
    place.rename(first, "Edited")
    place.rename(second, "Edited in silence", silent=True)
    gone = place.remove(third)
    outcome = await place.sync()
    assert outcome.changes["update"] >= 2  # what waited for the removed task may read differently too
    assert outcome.changes["delete"] == 1
    await whole(place)
    place.bring_back(*gone)
    outcome = await place.sync()
    assert outcome.changes["reappear"] == 1
    await whole(place)


async def test_an_emptied_runbook_leaves_no_live_task(place: Place) -> None:
    await place.sync()
    for tid in ids(place, "1002"):
        place.remove(tid)
    outcome = await place.sync()
    assert outcome.changes["delete"] == 150
    await whole(place)
    assert place.ask("SELECT count(*) FROM head WHERE kind='task' AND parent='1002' AND live=1") == [(0,)]


async def test_a_runbook_that_is_gone_takes_its_lists_along_and_brings_them_back(place: Place) -> None:
    await place.sync()
    runbook = place.cutover.world.runbooks["1002"]
    runbook.archived = True
    await place.sync()
    if place.ask("SELECT op FROM change WHERE kind='runbook' AND id='1002' ORDER BY seq DESC")[0][0] == "delete":
        assert place.ask("SELECT DISTINCT reason FROM change WHERE kind='task' AND op='delete'") == [("runbook_gone",)]
    await whole(place)
    runbook.archived = False
    await place.sync()
    await whole(place)


async def test_a_run_of_one_runbook_leaves_the_others_alone(place: Place) -> None:
    await place.sync()
    place.rename(ids(place, "1003")[0], "Outside")
    place.rename(ids(place, "1001")[0], "Inside")
    await place.sync(Scope(runbook="1001"))
    names = {name for versions in place.history().values() for _, name in versions}
    assert "Inside" in names
    assert "Outside" not in names
    assert place.ask("SELECT count(*) FROM change WHERE op='delete'") == [(0,)]
    await place.sync()
    await whole(place)


async def test_a_runbook_that_left_the_filter_is_kept_with_its_new_stage(place: Place) -> None:
    await place.sync()
    place.cutover.world.runbooks["1001"].stage = "complete"
    await place.sync(Scope(stages=("planning",)))
    rows = place.ask("SELECT op, CAST(payload AS text) FROM change WHERE kind='runbook' AND id='1001' ORDER BY seq")
    assert [op for op, _ in rows] == ["insert", "update"]
    assert '"stage":"complete"' in rows[1][1]


async def test_a_folder_that_is_not_listed_twice_is_retired(place: Place) -> None:
    await place.sync()
    folder = next(iter(place.cutover.world.folders.values()))
    kept = place.cutover.world.folders.pop(folder.id)
    await place.sync()
    rows = place.ask("SELECT op, reason FROM change WHERE kind='folder' AND id=? ORDER BY seq", folder.id)
    assert rows == [("insert", None), ("delete", "not_listed")]
    place.cutover.world.folders[folder.id] = kept


WRONG = [(1, "loop"), (2, "repeat"), (2, "shrink"), (2, "truncated"), (2, "html"), (1, "empty")]


@pytest.mark.parametrize(("page", "how"), WRONG)
async def test_a_page_that_cannot_be_right_retires_nothing(place: Place, page: int, how: str) -> None:
    await place.sync()
    place.cutover.order([{"path": "1001/tasks", "times": None, "do": {"break_page": page, "how": how}}])
    outcome = await place.sync()
    assert outcome.status == "incomplete"
    assert place.ask("SELECT count(*) FROM change WHERE op='delete'") == [(0,)]
    with place.reading() as database:
        assert any("task 1001" in problem for problem in verify(database).problems)
    place.cutover.forget_faults()
    assert (await place.sync()).status == "complete"
    await whole(place)


async def test_while_one_writes_another_is_told_to_wait(place: Place) -> None:
    await place.sync()
    holder = open_archive(place.url, write=True)
    try:
        with pytest.raises(ArchiveBusy):
            await place.sync()
        with place.reading() as database:
            assert verify(database, deep=False).problems == []
    finally:
        holder.close()
    assert (await place.sync()).status == "complete"
