"""Users, teams, and kinds of runbooks and tasks. The one rule: an e-mail address is compared whole, never guessed."""

from __future__ import annotations

from functools import partial

from bot.cutover import paths, wire
from bot.cutover.caller import Caller
from bot.cutover.pages import Pages
from bot.errors import NotFound, NotOnThisInstance, Refused
from bot.model import Person, RunbookType, TaskType, Team

_BY_EMAIL = "get_user_by_email"
_MOST_SEARCHED = 2000


class PeopleCalls(Caller):
    """`key` is accepted wherever a type's id is."""

    def list_users(self, *, query: str | None = None) -> Pages[Person]:
        """Users; `query` (an addition) is fuzzy over name and e-mail, so compare the e-mail yourself."""
        return self._list("list_users", "core/users", wire.person, {"query": query})

    async def get_user(self, user: str) -> Person:
        """By id or e-mail address. Raises `NotFound` also when the address is nobody's among the first 2,000 users.

        The vendor's recipes put an address in place of the id, its reference does not say so: an instance that does not
        take it is asked for the list instead.
        """
        path = f"core/users/{paths.user(user)}"
        if "@" not in user:
            return await self._get("get_user", path, wire.person)
        if self.offers(_BY_EMAIL) is not False:
            try:
                return await self._get(_BY_EMAIL, path, wire.person)
            except (NotFound, NotOnThisInstance, Refused):
                if self.offers(_BY_EMAIL):
                    raise  # it takes addresses, and this one is nobody's
        return await self._search(user)

    async def _search(self, email: str) -> Person:
        for person in await self.list_users(query=email).all(_MOST_SEARCHED):
            if person.email.casefold() == email.casefold():
                self.features.lacks(_BY_EMAIL)
                return person
        raise NotFound("Cutover has no user with that e-mail address.", "Ask an administrator of Cutover.")

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
