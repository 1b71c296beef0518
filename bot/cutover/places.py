"""Workspaces, folders, fields and logs. The one rule: what the reference lacks is an addition and may be missing."""

from __future__ import annotations

from datetime import datetime

from bot.cutover import paths, wire, wire_write
from bot.cutover.caller import TOP, Caller
from bot.cutover.pages import Pages
from bot.model import CustomField, Folder, LogEntry, Workspace


class PlaceCalls(Caller):
    """Workspaces are the topmost grouping; their `key` is accepted as id."""

    def list_workspaces(
        self, *, query: str | None = None, page_limit: int | None = None, page_offset: int | None = None
    ) -> Pages[Workspace]:
        """Workspaces; the paging parameters are those of the vendor's own client (additions)."""
        params: paths.Params = {"query": query, "page[limit]": page_limit, "page[offset]": page_offset}
        return self._list("list_workspaces", "core/workspaces", wire.workspace, params)

    async def get_workspace(self, workspace_id: str) -> Workspace:
        path = f"core/workspaces/{paths.checked(workspace_id, 'workspace')}"
        return await self._get("get_workspace", path, wire.workspace)

    async def create_workspace(self, name: str, key: str, *, description: str | None = None) -> Workspace:
        """Addition."""
        body = wire_write.workspace(name, key, description)
        return await self._write("create_workspace", "POST", "core/workspaces", wire.workspace, body=body, parent=TOP)

    def list_workspace_folders(self, workspace_id: str) -> Pages[Folder]:
        path = f"core/workspaces/{paths.checked(workspace_id, 'workspace')}/folders"
        return self._list("list_workspace_folders", path, wire.folder)

    def list_custom_fields(
        self, *, workspace_id: str | None = None, include_global: bool | None = None
    ) -> Pages[CustomField]:
        """Addition. Fields people fill in; with a workspace, `include_global` adds the shared ones."""
        params: paths.Params = {
            "workspace_id": paths.optional(workspace_id, "workspace"),
            "global": include_global,
        }
        return self._list("list_custom_fields", "core/custom_fields", wire.custom_field, params, TOP)

    async def get_custom_field(self, field_id: str) -> CustomField:
        """Addition."""
        path = f"core/custom_fields/{paths.checked(field_id, 'custom field')}"
        return await self._get("get_custom_field", path, wire.custom_field, "core/custom_fields")

    def list_action_logs(
        self,
        *,
        runbook_id: str | None = None,
        user_id: str | None = None,
        workspace_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
    ) -> Pages[LogEntry]:
        """Addition. The audit log. It can be very long: read it with `first` or by pages."""
        params: paths.Params = {
            "runbook_id": paths.optional(runbook_id, "runbook"),
            "user_id": paths.optional(user_id, "user"),
            "workspace_id": paths.optional(workspace_id, "workspace"),
            "created_after": wire_write.moment(created_after),
            "created_before": wire_write.moment(created_before),
        }
        # Filtered by a runbook, 404 may be about that runbook; the check of the parent tells the two apart.
        parent = TOP if runbook_id is None else paths.runbook(runbook_id)
        return self._list("list_action_logs", "core/action_logs", wire.log_entry, params, parent)

    def list_activities(
        self,
        *,
        runbook_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
    ) -> Pages[LogEntry]:
        """Addition. The activity feed of a runbook."""
        params: paths.Params = {
            "runbook_id": paths.optional(runbook_id, "runbook"),
            "created_after": wire_write.moment(created_after),
            "created_before": wire_write.moment(created_before),
        }
        parent = TOP if runbook_id is None else paths.runbook(runbook_id)
        return self._list("list_activities", "core/activities", wire.log_entry, params, parent)
