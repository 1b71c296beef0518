"""Users, teams, and the kinds of runbooks and tasks. The one rule: e-mail names a user in a path, and nothing else."""

from __future__ import annotations

from functools import partial

from bot.cutover import paths, wire
from bot.cutover.caller import Caller
from bot.cutover.pages import Pages
from bot.model import Person, RunbookType, TaskType, Team


class PeopleCalls(Caller):
    """`key` is accepted wherever a type's id is."""

    def list_users(self, *, query: str | None = None) -> Pages[Person]:
        """Users; `query` (an addition) is fuzzy over name and e-mail, so compare the e-mail yourself."""
        return self._list("list_users", "core/users", wire.person, {"query": query})

    async def get_user(self, user: str) -> Person:
        """By id or e-mail address."""
        return await self._get("get_user", f"core/users/{paths.user(user)}", wire.person)

    async def archive_user(self, user: str) -> None:
        """Archive an account, which ends its tokens. Cutover answers 200 with no model, or 204."""
        await self._do("archive_user", "PATCH", f"core/users/{paths.user(user)}/archive")

    async def unlock_user(self, user: str) -> Person:
        path = f"core/users/{paths.user(user)}/unlock"
        return await self._write("unlock_user", "PATCH", path, wire.person, reread=partial(self.get_user, user))

    def list_teams(self) -> Pages[Team]:
        """Central teams."""
        return self._list("list_teams", "core/teams", wire.team)

    async def get_team(self, team_id: str) -> Team:
        return await self._get("get_team", f"core/teams/{paths.checked(team_id, 'team')}", wire.team)

    def list_task_types(self) -> Pages[TaskType]:
        return self._list("list_task_types", "core/task_types", wire.task_type)

    async def get_task_type(self, task_type_id: str) -> TaskType:
        path = f"core/task_types/{paths.checked(task_type_id, 'task type')}"
        return await self._get("get_task_type", path, wire.task_type)

    def list_runbook_types(self) -> Pages[RunbookType]:
        return self._list("list_runbook_types", "core/runbook_types", wire.runbook_type)

    async def get_runbook_type(self, runbook_type_id: str) -> RunbookType:
        path = f"core/runbook_types/{paths.checked(runbook_type_id, 'runbook type')}"
        return await self._get("get_runbook_type", path, wire.runbook_type)
