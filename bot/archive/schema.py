"""The tables of the archive. The one rule: a schema from a newer version of the bot is left alone.

`change` is the log: append only, its `payload` the resource as sent. All but `unit`, `run` and `ship` follows from it.
Times that we write are UTC, `2026-11-20T09:00:00.000Z`, so that their order as text is their order in time.
"""

from __future__ import annotations

from typing import Final

from bot.archive.database import Database
from bot.archive.errors import ArchiveError

VERSION: Final = 1
TABLES: Final = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS run (
  run_id INTEGER PRIMARY KEY, mode TEXT NOT NULL, scope TEXT NOT NULL, started TEXT NOT NULL, finished TEXT,
  status TEXT NOT NULL, requests INTEGER NOT NULL DEFAULT 0, api_version TEXT NOT NULL, app_version TEXT NOT NULL,
  note TEXT);
CREATE TABLE IF NOT EXISTS unit (
  run_id INTEGER NOT NULL, kind TEXT NOT NULL, parent TEXT NOT NULL, status TEXT NOT NULL, meta_total INTEGER,
  seen INTEGER NOT NULL, uniq INTEGER NOT NULL, requests INTEGER NOT NULL, retries INTEGER NOT NULL, note TEXT,
  PRIMARY KEY (run_id, kind, parent));
CREATE TABLE IF NOT EXISTS change (
  seq {big} PRIMARY KEY, run_id INTEGER NOT NULL, observed_at TEXT NOT NULL, source_updated_at TEXT, kind TEXT NOT NULL,
  id TEXT NOT NULL, parent TEXT NOT NULL, op TEXT NOT NULL, reason TEXT, hash {bytes}, payload {json});
CREATE INDEX IF NOT EXISTS change_of ON change (kind, id, seq);
CREATE TABLE IF NOT EXISTS head (
  kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, seq {big} NOT NULL, live INTEGER NOT NULL, hash {bytes},
  updated_at TEXT, PRIMARY KEY (kind, parent, id)){rowless};
CREATE UNIQUE INDEX IF NOT EXISTS head_id ON head (kind, id);
CREATE TABLE IF NOT EXISTS ship (
  target TEXT PRIMARY KEY, last_seq {big} NOT NULL, shipped_at TEXT NOT NULL, kind TEXT NOT NULL)
"""


def prepare(database: Database, source: str) -> None:
    """Make the tables where there are none. `source`: host of the Cutover it is a copy of; two are never mixed."""
    if database.has("meta"):
        check(database)
    small = database.name == "sqlite"
    with database.transaction():
        for statement in TABLES.split(";"):
            words = {"json": database.json_type, "bytes": database.bytes_type}
            words |= {"big": "INTEGER" if small else "BIGINT", "rowless": database.rowless}
            database.execute(statement.format(**words))
        for key, value in (("schema", str(VERSION)), ("source", source)):
            database.execute("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING", (key, value))
    known = dict(database.rows("SELECT key, value FROM meta"))["source"]
    if known != source:
        raise ArchiveError(
            f"This archive is a copy of {known}; CUTOVER_API_URL is {source}.", "Give each Cutover its own archive."
        )


def check(database: Database) -> None:
    """Errors: `ArchiveError` if this is no archive, or one that a newer version of the bot has made."""
    if not database.has("meta") or not database.has("change"):
        raise ArchiveError("There is no archive here yet.", "`cutover-bot archive sync` makes one.")
    version = dict(database.rows("SELECT key, value FROM meta")).get("schema", "")
    if not version.isdigit() or int(version) > VERSION:
        raise ArchiveError(
            "This archive was made by a newer version of the bot.", "Nothing was touched: install that version again."
        )
