"""Each target, read back, is the log row by row; however often and however interrupted it is shipped."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from archive_tools import Place
from cluster import Cluster

from bot.archive import ship as shipping
from bot.archive.database import open_archive
from bot.archive.errors import ArchiveError
from bot.archive.ship import Line, Shipped, open_target, ship
from bot.clock import Clock

TARGETS = ("jsonl", "csv", "parquet", "delta", "dlt", "postgresql")
Rows = list[tuple[Any, ...]]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Many batches and several files even for a small log; dlt keeps its state in this test's folder."""
    monkeypatch.setattr(shipping, "BATCH", 40)
    monkeypatch.setattr(shipping, "CHUNK", 150)
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("PIPELINES_DIR", str(tmp_path / "pipelines"))


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    kind: str = request.param
    if kind == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        return cluster.empty()
    if kind == "dlt":
        pytest.importorskip("dlt")
        return f"dlt:duckdb:{tmp_path / 'out.duckdb'}"
    if kind in ("parquet", "delta"):
        pytest.importorskip("deltalake")
    return f"{kind}:{tmp_path / 'out'}"


def send(place: Place, target: str) -> Shipped:
    database = open_archive(place.url, write=True, make=False)
    opened = open_target(target)
    try:
        return ship(database, opened, Clock())
    finally:
        opened.close()
        database.close()


def log(place: Place) -> Rows:
    sql = f"SELECT {', '.join(Line._fields)} FROM change ORDER BY seq"
    found = place.ask(sql)
    return [(*row[:9], None if row[9] is None else bytes(row[9]).hex(), row[10]) for row in found]


def read_text(kind: str, folder: Path) -> Iterator[tuple[Any, ...]]:
    for path in sorted(folder.glob(f"changes-*.{kind}")):
        with path.open(encoding="utf-8", newline="") as file:
            if kind == "csv":
                for row in csv.DictReader(file):
                    values = [row[name] or (None if name not in ("parent",) else "") for name in Line._fields]
                    yield (int(row["seq"]), int(row["run_id"]), *values[2:])
            else:
                for line in file:
                    one = json.loads(line)
                    raw = line.split(',"payload":', 1)[1].rstrip("\n")[:-1]
                    yield tuple(raw if name == "payload" and raw != "null" else one[name] for name in Line._fields)


def back(target: str) -> Rows:
    """What the target holds, in order."""
    kind, _, where = target.partition(":")
    names = ", ".join(Line._fields)
    if kind in ("csv", "jsonl"):
        return list(read_text(kind, Path(where)))
    if kind == "postgresql":
        shown = names.replace("observed_at", "observed_at::text").replace("payload", "payload::text")
        with psycopg.connect(target) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            found = connection.execute(f"SELECT {shown} FROM cutover_change ORDER BY seq").fetchall()
        return [(*row[:2], row[2].replace(" ", "T"), *row[3:]) for row in found]
    if kind == "dlt":
        import duckdb

        with duckdb.connect(where.partition(":")[2], read_only=True) as connection:
            return connection.execute(f"SELECT {names} FROM cutover.change ORDER BY seq").fetchall()
    import pyarrow.parquet as pq
    from deltalake import DeltaTable

    found = DeltaTable(where).to_pyarrow_table() if kind == "delta" else pq.read_table(where)
    return [tuple(row[name] for name in Line._fields) for row in found.sort_by("seq").to_pylist()]


def same(place: Place, target: str) -> None:
    expected = log(place)
    if target.startswith("postgresql"):  # timestamptz shows no trailing zeros and a short zone
        expected = [(*row[:2], _short(row[2]), *row[3:]) for row in expected]
    assert back(target) == expected


def _short(moment: str) -> str:
    head, _, rest = moment.removesuffix("Z").partition(".")
    rest = rest.rstrip("0")
    return f"{head}.{rest}+00" if rest else f"{head}+00"


async def changed(place: Place) -> None:
    """Some updates and a deletion more."""
    ids = list(place.cutover.world.runbooks["1002"].tasks)
    place.rename(ids[0], 'Renamed, "twice"; ünï')
    place.remove(ids[1])
    await place.sync()


async def test_what_is_shipped_is_the_log(place: Place, target: str) -> None:
    await place.sync()
    assert send(place, target).rows == len(log(place))
    same(place, target)
    await changed(place)
    assert send(place, target).rows > 0
    assert send(place, target).rows == 0
    same(place, target)


async def test_a_crash_after_the_target_took_the_rows_brings_none_twice(
    place: Place, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.sync()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shipping, "_mark", crash)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                send(place, target)
    send(place, target)
    same(place, target)


async def test_a_crash_while_rows_are_read_loses_none(
    place: Place, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.sync()
    whole: Callable[..., Iterator[list[Line]]] = shipping._batches

    def half(*given: Any) -> Iterator[list[Line]]:
        for number, batch in enumerate(whole(*given)):
            if number == 2:
                raise KeyboardInterrupt
            yield batch

    with monkeypatch.context() as patch:
        patch.setattr(shipping, "_batches", half)
        with pytest.raises(BaseException):  # noqa: B017 - dlt wraps it
            send(place, target)
    send(place, target)
    same(place, target)


async def test_two_ships_into_one_table_bring_no_row_twice(place: Place, cluster: Cluster) -> None:
    await place.sync()
    url = cluster.empty()
    first, second = open_target(url), open_target(url)
    with place.reading() as one, place.reading() as other:
        batches = [shipping._batches(database, 0, 200) for database in (one, other)]
        ready = threading.Barrier(2)

        def go(target: shipping.Target, rows: list[list[Line]]) -> None:
            ready.wait(10)
            target.take(iter(rows))

        loaded = [list(batch) for batch in batches]
        threads = [threading.Thread(target=go, args=pair) for pair in zip((first, second), loaded, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    first.close()
    second.close()
    assert [row[0] for row in back(url)] == list(range(1, 201))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be used"),
        ("jsonl:{file}/out", "cannot be written"),
        ("parquet:{file}/out", "does not take"),
        ("delta:{file}/out", "does not take"),
        ("dlt:nowhere_to_be_found", "dlt could not"),
        ("postgresql://me:hidden@host/db?nonsense", "cannot be read"),
        ("ftp:somewhere", "not a target"),
        ("parquet:", "not a target"),
    ],
)
async def test_a_target_that_is_not_there_is_a_sentence_and_the_log_stays(
    place: Place, tmp_path: Path, name: str, sentence: str
) -> None:
    await place.sync()
    before = log(place)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveError, match=sentence) as caught:
        send(place, name.format(file=tmp_path / "file"))
    assert "hidden" not in f"{caught.value} {caught.value.hint}"
    assert log(place) == before


async def test_a_missing_extra_is_named(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "bot.archive.ship_parquet", raising=False)
    with pytest.raises(ArchiveError, match="not installed") as caught:
        open_target(f"parquet:{tmp_path}")
    assert "cutover-chatops[lake]" in caught.value.hint


async def test_a_target_of_another_archive_is_refused(place: Place, tmp_path: Path) -> None:
    await place.sync()
    send(place, f"jsonl:{tmp_path / 'out'}")
    place.spoil("DELETE FROM change WHERE seq>100")
    with pytest.raises(ArchiveError, match="rows up to") as caught:
        send(place, f"jsonl:{tmp_path / 'out'}")
    assert "another archive" in caught.value.hint


async def test_files_with_a_gap_between_them_are_noticed(place: Place, tmp_path: Path) -> None:
    await place.sync()
    send(place, f"jsonl:{tmp_path / 'out'}")
    sorted((tmp_path / "out").iterdir())[1].unlink()
    with pytest.raises(ArchiveError, match="are missing"):
        send(place, f"jsonl:{tmp_path / 'out'}")
