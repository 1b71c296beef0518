"""Runbooks and their comments. The one rule: a start is a rehearsal without comms unless the caller says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.cutover import paths, wire, wire_write
from bot.cutover.caller import Caller
from bot.cutover.drafts import CopyFrom, RunbookFields
from bot.cutover.pages import Pages
from bot.model import Comment, Comms, Runbook, RunType


class RunbookCalls(Caller):
    """Ids are checked (`BadInput`) before anything is sent; all other errors are `CutoverError`s."""

    def list_runbooks(
        self,
        *,
        workspace_id: str | None = None,
        folder_id: str | None = None,
        query: str | None = None,
        is_template: bool | None = None,
        run_type: str | None = None,
        runbook_id: str | None = None,
        runbook_type_id: str | None = None,
        template_status: str | None = None,
        page_number: int | None = None,
        archived: bool | None = None,
        source_runbook_id: str | None = None,
        stage: Sequence[str] | None = None,
    ) -> Pages[Runbook]:
        """Runbooks the token may see. `query` is fuzzy over name and description; the last three are additions."""
        params: paths.Params = {
            "page[number]": page_number,
            "workspace_id": paths.optional(workspace_id, "workspace"),
            "folder_id": paths.optional(folder_id, "folder"),
            "query": query,
            "is_template": is_template,
            "run_type": wire_write.known("run_type", run_type),
            "runbook_id": paths.optional(runbook_id, "runbook"),
            "runbook_type_id": paths.optional(runbook_type_id, "runbook type"),
            "template_status": wire_write.known("template_status", template_status),
            "archived": archived,
            "source_runbook_id": paths.optional(source_runbook_id, "runbook"),
            "stage": stage,
        }
        return self._list("list_runbooks", "core/runbooks", wire.runbook, params)

    async def create_runbook(
        self,
        fields: RunbookFields,
        *,
        workspace_id: str | None = None,
        folder_id: str | None = None,
        runbook_type_id: str | None = None,
        copy: CopyFrom | None = None,
        shift_fixed_times: bool | None = None,
    ) -> Runbook:
        """A new runbook, blank in a workspace or copied (then the workspace may be left out)."""
        body = wire_write.new_runbook(
            fields,
            workspace_id=workspace_id,
            folder_id=folder_id,
            runbook_type_id=runbook_type_id,
            copy=copy,
            shift_fixed_times=shift_fixed_times,
        )
        return await self._write("create_runbook", "POST", "core/runbooks", wire.runbook, body=body)

    async def get_runbook(self, runbook_id: str) -> Runbook:
        return await self._get("get_runbook", paths.runbook(runbook_id), wire.runbook)

    async def update_runbook(
        self, runbook_id: str, fields: RunbookFields, *, shift_fixed_times: bool | None = None
    ) -> Runbook:
        """Change what is set in `fields`; RAG status and its message are attributes like any other."""
        body = wire_write.runbook(fields, runbook_id, shift_fixed_times)
        return await self._change_runbook("update_runbook", runbook_id, body)

    async def start_runbook(
        self,
        runbook_id: str,
        *,
        run_type: str = RunType.REHEARSAL,
        comms: str = Comms.OFF,
        rebaseline: bool | None = None,
        shift_fixed_times: bool | None = None,
        disable_task_notify: bool | None = None,
        validation_level: str | None = None,
    ) -> Runbook:
        """Start the run. `run_type` and `comms` are always sent: the platform asks for them, though its reference
        marks neither. None leaves the choice to Cutover."""
        body = wire_write.meta(
            run_type=wire_write.known("run_type", run_type),
            comms=wire_write.known("comms", comms),
            rebaseline=rebaseline,
            shift_fixed_times=shift_fixed_times,
            disable_task_notify=disable_task_notify,
            validation_level=wire_write.known("validation_level", validation_level),
        )
        return await self._change_runbook("start_runbook", runbook_id, body, "start")

    async def pause_runbook(
        self, runbook_id: str, *, message: str | None = None, notify: bool | None = None
    ) -> Runbook:
        """Addition. Pause the run; `notify` tells its people."""
        return await self._turn_runbook("pause_runbook", runbook_id, "pause", message, notify)

    async def resume_runbook(
        self, runbook_id: str, *, message: str | None = None, notify: bool | None = None
    ) -> Runbook:
        """Addition. Go on after a pause."""
        return await self._turn_runbook("resume_runbook", runbook_id, "resume", message, notify)

    async def cancel_runbook(
        self, runbook_id: str, *, message: str | None = None, notify: bool | None = None
    ) -> Runbook:
        """Addition. End the run for good."""
        return await self._turn_runbook("cancel_runbook", runbook_id, "cancel", message, notify)

    def list_runbook_comments(self, runbook_id: str, *, task_id: str | None = None) -> Pages[Comment]:
        """Comments of the current version, of one task only if `task_id` is given."""
        params: paths.Params = {"task_id": paths.optional(task_id, "task")}
        return self._list("list_runbook_comments", paths.runbook(runbook_id, "comments"), wire.comment, params)

    async def create_runbook_comment(
        self, runbook_id: str, content: str, *, task_id: str | None = None, featured: bool | None = None
    ) -> Comment:
        """Add a comment. `content` is Cutover's HTML subset (other tags are stripped there); `featured`: addition."""
        path = paths.runbook(runbook_id, "comments")
        body = wire_write.comment(content, task_id, featured)
        return await self._write("create_runbook_comment", "POST", path, wire.comment, body=body)

    async def _turn_runbook(
        self, operation: str, runbook_id: str, verb: str, message: str | None, notify: bool | None
    ) -> Runbook:
        return await self._change_runbook(
            operation, runbook_id, wire_write.meta(message=message, notify=notify), verb, True
        )

    async def _change_runbook(
        self, operation: str, runbook_id: str, body: dict[str, Any] | None, verb: str = "", addition: bool = False
    ) -> Runbook:
        here = paths.runbook(runbook_id)
        return await self._write(
            operation,
            "PATCH",
            f"{here}/{verb}" if verb else here,
            wire.runbook,
            body=body,
            parent=here if addition else None,
            reread=partial(self.get_runbook, runbook_id),
            needs="stage",
        )
