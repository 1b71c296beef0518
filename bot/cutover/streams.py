"""Streams of a runbook and its teams. The one rule: writing them is an addition that an instance may lack."""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.cutover import paths, wire, wire_write
from bot.cutover.caller import Caller
from bot.cutover.drafts import StreamFields
from bot.cutover.pages import Pages
from bot.model import RunbookTeam, Stream


class StreamCalls(Caller):
    """All streams are those of the runbook's current version."""

    def list_runbook_streams(self, runbook_id: str, *, forecast: bool | None = None) -> Pages[Stream]:
        """Streams in Cutover's order; `forecast` is an addition."""
        path = paths.runbook(runbook_id, "streams")
        return self._list("list_runbook_streams", path, partial(_stream, runbook_id), {"forecast": forecast})

    async def get_runbook_stream(self, runbook_id: str, stream_id: str) -> Stream:
        return await self._get(
            "get_runbook_stream", paths.stream(runbook_id, stream_id), partial(wire.stream, runbook_id=runbook_id)
        )

    async def create_runbook_stream(self, runbook_id: str, fields: StreamFields) -> Stream:
        """Addition. `parent_id` makes it a sub-stream."""
        return await self._write(
            "create_runbook_stream",
            "POST",
            paths.runbook(runbook_id, "streams"),
            partial(wire.stream, runbook_id=runbook_id),
            body=wire_write.stream(fields, None),
            parent=paths.runbook(runbook_id),
        )

    async def update_runbook_stream(self, runbook_id: str, stream_id: str, fields: StreamFields) -> Stream:
        """Addition. Whether an instance lets a stream's status be written is not published: read it back."""
        path = paths.stream(runbook_id, stream_id)
        return await self._write(
            "update_runbook_stream",
            "PATCH",
            path,
            partial(wire.stream, runbook_id=runbook_id),
            body=wire_write.stream(fields, stream_id),
            parent=path,
            reread=partial(self.get_runbook_stream, runbook_id, stream_id),
        )

    async def delete_runbook_stream(self, runbook_id: str, stream_id: str) -> None:
        """Addition."""
        path = paths.stream(runbook_id, stream_id)
        await self._do("delete_runbook_stream", "DELETE", path, parent=path)

    def list_runbook_teams(self, runbook_id: str) -> Pages[RunbookTeam]:
        """Addition. A runbook team's id is not the central team's."""
        path = paths.runbook(runbook_id, "runbook_teams")
        return self._list("list_runbook_teams", path, partial(_team, runbook_id), parent=paths.runbook(runbook_id))


def _stream(runbook_id: str, raw: dict[str, Any], where: str) -> Stream:
    return wire.stream(raw, runbook_id, where)


def _team(runbook_id: str, raw: dict[str, Any], where: str) -> RunbookTeam:
    return wire.runbook_team(raw, runbook_id, where)
