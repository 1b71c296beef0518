"""Tables with columns, for reports. The one rule: they follow from the log alone; `differences` proves it.

Refreshed at the end of a run from the rows that the run added. On 50,000 tasks a question to these tables takes a
hundredth of the time that the same question takes on the payloads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.archive.columns import BOOL, INT, TABLES, TEXT, kind_of
from bot.archive.database import Database
from bot.archive.kinds import BY_NAME

NEWEST: Final = "SELECT kind, id, max(seq) AS seq FROM change WHERE seq>? GROUP BY kind, id"
_NAMES: Final = "SELECT kind, id, max(seq) AS seq FROM change WHERE seq>? AND payload IS NOT NULL GROUP BY kind, id"


def create(database: Database) -> None:
    """Make the tables."""
    types = {TEXT: "TEXT", INT: database.int_type, BOOL: database.bool_type}
    with database.transaction():
        for table, columns in TABLES.values():
            shown = ", ".join(f'"{one}" {types[kind_of(one)]}' for one in columns)
            database.execute(f"CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY, {shown})")
        for table, columns in _LISTS.items():
            shown = ", ".join(f"{one} TEXT" for one in columns)
            database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({shown})")
            database.execute(f"CREATE INDEX IF NOT EXISTS {table}_of ON {table} (id)")
        database.execute("CREATE INDEX IF NOT EXISTS tasks_of ON tasks (runbook_id)")


_LISTS: Final = {
    "names": ("kind", "id", "name"),
    "custom_field_values": ("kind", "id", "field_id", "field", "value"),
    "task_assignees": ("id", "assignee_kind", "assignee_id"),
}
"""Tables with several rows for a resource, or one row whatever its kind."""


def refresh(database: Database) -> None:
    """Take in what the log has gained since the last time."""
    create(database)
    with database.transaction():
        since = int(dict(database.rows("SELECT key, value FROM meta")).get("typed_seq", "0"))
        until = int(database.rows("SELECT coalesce(max(seq), 0) FROM change")[0][0])
        if until == since:
            return
        database.execute("CREATE TEMP TABLE fresh (kind TEXT, id TEXT, seq BIGINT)")
        database.execute(f"INSERT INTO fresh {NEWEST}", (since,))
        for kind, (table, _) in TABLES.items():
            database.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM fresh WHERE kind=?)", (kind,))  # noqa: S608
        for table in _LISTS:
            where = "id IN (SELECT id FROM fresh WHERE kind='task')"
            if table != "task_assignees":
                where = "(kind, id) IN (SELECT kind, id FROM fresh)"
            database.execute(f"DELETE FROM {table} WHERE {where}")  # noqa: S608
        for table, question, values in _questions(database, "SELECT * FROM fresh", _NAMES.replace("?", "0")):
            database.execute(f"INSERT INTO {table} {question}", values)
        database.execute("DROP TABLE fresh")
        sql = (
            "INSERT INTO meta (key, value) VALUES ('typed_seq', ?) ON CONFLICT (key) DO UPDATE SET value=excluded.value"
        )
        database.execute(sql, (str(until),))


def differences(database: Database) -> dict[str, int]:
    """Table -> rows that are not what the log gives; empty when all tables follow from it."""
    found = {}
    newest, names = NEWEST.replace("?", "0"), _NAMES.replace("?", "0")
    for table, question, values in _questions(database, newest, names):
        missing = f"SELECT count(*) FROM (SELECT * FROM ({question}) a EXCEPT SELECT * FROM {table}) b"  # noqa: S608
        extra = f"SELECT count(*) FROM (SELECT * FROM {table} EXCEPT SELECT * FROM ({question}) a) b"  # noqa: S608
        count = f"SELECT (SELECT count(*) FROM {table}) - (SELECT count(*) FROM ({question}) a)"  # noqa: S608
        wrong = sum(abs(int(database.rows(one, values)[0][0])) for one in (missing, extra))
        doubled = abs(int(database.rows(count, (*values,))[0][0]))
        if wrong or doubled:
            found[table] = max(wrong, doubled)
    return found


def _questions(database: Database, newest: str, names: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Table, the question that gives its rows from the log, and the question's values."""
    for kind, (table, columns) in TABLES.items():
        upper = BY_NAME[kind].parent
        shown = ", ".join(_column(database, one, upper) for one in columns)
        yield table, f"SELECT c.id, {shown} {_live(newest)} AND n.kind=?", (kind,)
    yield "names", _all_names(database, newest, names), ()
    answers = database.entries("c.payload", "a", "attributes", "custom_field_values")
    shown = ", ".join(database.item("a", one) for one in ("custom_field_id", "name", "value"))
    yield "custom_field_values", f"SELECT c.kind, c.id, {shown} {_live(newest, answers)}", ()
    people = database.entries("c.payload", "a", "relationships", "assignees", "data")
    shown = ", ".join(database.item("a", one) for one in ("type", "id"))
    yield "task_assignees", f"SELECT c.id, {shown} {_live(newest, people)} AND n.kind='task'", ()


def _live(newest: str, entries: str | None = None) -> str:
    """The newest payloads of what is live, joined with the entries of a list in them."""
    more = f" CROSS JOIN {entries}" if entries else ""
    return f"FROM ({newest}) n JOIN change c ON c.seq=n.seq{more} WHERE c.op<>'delete'"


def _column(database: Database, name: str, upper: str | None) -> str:
    if name == f"{upper}_id":
        return "c.parent"
    plain = database.value("c.payload", kind_of(name), "attributes", name)
    if not name.endswith("_id"):
        return plain
    linked = database.value("c.payload", TEXT, "relationships", name.removesuffix("_id"), "data", "id")
    return f"coalesce({linked}, {plain})"


def _all_names(database: Database, newest: str, names: str) -> str:
    """The last name that each resource had, also of those that are gone: ids in old rows still get their names."""
    name, first, last = (
        database.value("c.payload", TEXT, "attributes", one) for one in ("name", "first_name", "last_name")
    )
    return (
        f"SELECT c.kind, c.id, coalesce({name}, trim(coalesce({first}, '') || ' ' || coalesce({last}, '')))"  # noqa: S608
        f" FROM ({newest}) n JOIN ({names}) p ON p.kind=n.kind AND p.id=n.id JOIN change c ON c.seq=p.seq"
        " WHERE n.kind<>'comment'"
    )
