"""Filters by key or name, turned into ids. The one rule: a workspace or folder that does not exist is an error.

Cutover answers an unknown filter with an empty list, which would look like an archive without runbooks.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from bot.archive.database import Database
from bot.archive.scope import Scope
from bot.errors import BadInput


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace, folder or runbook type."""

    id: str
    key: str
    name: str
    parent: str


def places(database: Database, kind: str) -> list[Place]:
    """All that are live in the archive."""
    sql = (
        f"SELECT h.id, {database.as_text('c.payload')}, h.parent FROM head h JOIN change c ON c.seq=h.seq"  # noqa: S608
        " WHERE h.kind=? AND h.live=1"
    )
    found = []
    for identifier, payload, parent in database.rows(sql, (kind,)):
        attributes = orjson.loads(payload).get("attributes") or {}
        found.append(Place(identifier, str(attributes.get("key") or ""), str(attributes.get("name") or ""), parent))
    return found


def resolve(database: Database, scope: Scope) -> Scope:
    """The scope with ids. Errors: `BadInput` naming what there is."""
    workspace = _one(places(database, "workspace"), scope.workspace, "workspace")
    folders = [one for one in places(database, "folder") if workspace in (None, one.parent)]
    return scope.with_ids(
        workspace=workspace,
        folder=_one(folders, scope.folder, "folder"),
        runbook_type=_one(places(database, "runbook_type"), scope.runbook_type, "runbook type"),
    )


def _one(known: list[Place], wanted: str | None, what: str) -> str | None:
    if wanted is None:
        return None
    for attribute in ("id", "key", "name"):
        fitting = [one for one in known if getattr(one, attribute).casefold() == wanted.casefold()]
        if len(fitting) == 1:
            return fitting[0].id
        if fitting:
            ids = ", ".join(f"{one.id} ({one.name})" for one in fitting)
            raise BadInput(f"More than one {what} is called “{wanted}”.", f"Give the id: {ids}.")
    names = ", ".join(sorted(f"{one.key or one.id} ({one.name})" for one in known)[:20])
    raise BadInput(f"There is no {what} “{wanted}”.", f"Cutover shows: {names or 'none'}.")
