"""Asking CapyDB for a cutover. The one rule: a wish opens one request at most, however often it arrives.

The note that CapyDB keeps carries a mark made of the wish; after a crash or a lost answer it tells whether the request
is there. The row that follows it is on disk before it is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.actions import DoneUnread, Performer, Result, ResultKind, Wish
from bot.capydb import CapyClient
from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.errors import BadInput, BotError, CapyError, CapyUnknownOutcome, NotAllowed
from bot.identity import Hand, Right
from bot.journal import Intent
from bot.model import EMPTY, Text
from bot.model.cutover_request import CutoverRequest, Preview, Project
from bot.requests import note, rows
from bot.requests.follow import marked
from bot.requests.rows import Followed
from bot.requests.run import Following
from bot.store import Database

VERB: Final = "capydb.create"
_GRACE: Final = 30.0
"""Seconds in which the row is left alone: the request is being sent."""
_MOST_PROJECTS: Final = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants: `note` and `ticket` as typed; no `task_id`: for no task; `finish` it with the cutover."""

    project: Project
    preview: Preview
    ticket: Text = EMPTY
    note: Text = EMPTY
    runbook_id: str = ""
    runbook_name: Text = EMPTY
    task_id: str = ""
    task_name: Text = EMPTY
    finish: bool = False


class Requests:
    """Lists and opens requests. `client` None: CapyDB is not set up, and every call says so."""

    def __init__(
        self, client: CapyClient | None, performer: Performer, database: Database, following: Following
    ) -> None:
        self._client = client
        self._do = performer
        self._database = database
        self._following = following
        performer.looks[VERB] = self._look

    @property
    def configured(self) -> bool:
        """Whether a key is set."""
        return self._client is not None

    def client(self) -> CapyClient:
        """Raises `NotAllowed` with what to set up."""
        if self._client is None:
            raise NotAllowed(
                "CapyDB is not set up for this bot.",
                "Whoever runs it sets CAPYDB_API_KEY, best one bound to a project, and CAPYDB_PROJECT_ID.",
            )
        return self._client

    async def check(self, wish: Wish) -> None:
        """Whether this person may ask for cutovers here. Raises `NotAllowed`, which is on record."""
        self.client()
        await self._do.check(wish, Right.REQUEST)

    async def choices(self) -> list[tuple[Project, tuple[Preview, ...] | None]]:
        """Projects with their previews, None where those are not listed. Raises `CapyError`."""
        client, projects = self.client(), await self._projects()
        found = await asyncio.gather(*(client.previews(one.id) for one in projects))
        return list(zip(projects, found, strict=True))

    async def listed(self) -> list[tuple[Project, tuple[CutoverRequest, ...]]]:
        """Projects with their requests. Raises `CapyError`."""
        client, projects = self.client(), await self._projects()
        found = await asyncio.gather(*(client.requests(one.id) for one in projects))
        return list(zip(projects, found, strict=True))

    async def _projects(self) -> tuple[Project, ...]:
        """Each of them costs a call whenever somebody looks. Raises `BadInput` where those are too many."""
        found = await self.client().projects()
        if len(found) > _MOST_PROJECTS:
            raise BadInput(
                f"The bot's CapyDB key reaches {len(found)} projects, more than it can look through.",
                "Whoever runs the bot sets CAPYDB_PROJECT_ID, or takes a key that is bound to one project.",
            )
        return found

    async def preview(self, project_id: str, preview_id: str) -> tuple[Project, Preview]:
        """One preview with its project, as they are now. Where they are not listed, CapyDB decides about the id.

        Raises `BadInput` for one that is listed no more.
        """
        client = self.client()
        project = next((one for one in await client.projects() if one.id == project_id), None)
        if project is None:
            raise BadInput("This project is not one of the bot's key.", "Begin again with `/cutover request`.")
        found = await client.previews(project_id)
        if found is None:
            return project, Preview(preview_id, project_id)
        preview = next((one for one in found if one.id == preview_id), None)
        if preview is None:
            raise BadInput("CapyDB does not list this preview any more.", "It may have expired: choose another.")
        return project, preview

    async def preview_names(self, projects: Iterable[Project]) -> dict[str, Preview]:
        """Previews by id, as far as CapyDB lists them now: for names only."""
        client = self.client()
        try:
            found = await asyncio.gather(*(client.previews(one.id) for one in projects))
        except CapyError:
            return {}
        return {one.id: one for previews in found for one in previews or ()}

    async def active(self, project_id: str, preview_id: str) -> CutoverRequest | None:
        """The request that holds this preview. Raises `CapyError`."""
        found = await self.client().requests(project_id)
        return next((one for one in found if one.preview_id == preview_id and one.is_active), None)

    async def followed(self) -> dict[str, Followed]:
        """What the bot knows of requests that were asked for here, by request id."""
        return {row.request: row for row in await self._database.read(rows.all_of) if row.request}

    async def open(self, wish: Wish, asked: Asked) -> Result[CutoverRequest]:
        """Open one, unless one is active for this preview. Raises `NotAllowed`, `CapyError`, `StillOpen`, `NotDone`."""
        client = self.client()
        allowed = await self._do.check(wish, Right.REQUEST, asked.runbook_id)
        if not asked.preview.is_ready:
            raise BadInput("This preview is not ready.", "Ask again once it is.")
        intent = _intent(self._do.clock, wish, asked)
        async with self._do.locks.hold(f"capydb:{asked.project.id}", asked.preview.id):
            before = await self.active(asked.project.id, asked.preview.id)
            if before is not None and note.mark(intent) not in before.note.raw:
                return Result(ResultKind.ALREADY, before)
            now = self._do.clock.unix()
            await self._database.write(lambda c: rows.begin(c, _row(intent, asked), now + _GRACE))
            request = before or await self._send(client, intent, asked, Hand(self._do.client, allowed=allowed))
            await self._database.write(lambda c: rows.adopt(c, intent.key, request.id, self._do.clock.unix()))
            self._following.wake()
            return Result(ResultKind.DONE, request)

    async def _send(self, client: CapyClient, intent: Intent, asked: Asked, hand: Hand) -> CutoverRequest:
        project_id, preview_id = asked.project.id, asked.preview.id

        async def effect() -> CutoverRequest | None:
            words = note.compose(intent, asked.note, asked.task_name, asked.runbook_name)
            try:
                return await client.open_request(project_id, preview_id, ticket=asked.ticket.raw, note=words)
            except BotError as error:
                if not isinstance(error, CapyUnknownOutcome):  # certainly not opened: nothing to follow
                    await self._database.write(lambda c: rows.drop(c, intent.key))
                raise

        async def again() -> CutoverRequest:
            found = marked(await client.requests(project_id), preview_id, note.mark(intent))
            if found is None:
                raise DoneUnread("It was requested, but CapyDB does not list it now.", "Do not repeat it.")
            return found

        return (await self._do.perform(intent, effect, again, hand=hand))[0]

    async def _look(self, _: CutoverClient, intent: Intent) -> bool | None:
        """Whether CapyDB has it. Raises `CapyError`."""
        if self._client is None:
            return None
        found = await self._client.requests(str(intent.wish["project"]))
        return marked(found, str(intent.wish["preview"]), note.mark(intent)) is not None


def _intent(clock: Clock, wish: Wish, asked: Asked) -> Intent:
    kept = {"project": asked.project.id, "preview": asked.preview.id, "name": asked.preview.title.raw}
    kept |= {"ticket": asked.ticket.raw, "note": asked.note.raw}
    return wish.intent(clock, VERB, asked.runbook_id, asked.task_id, once=True, wish=kept)


def _row(intent: Intent, asked: Asked) -> Followed:
    ends = asked.preview.expires_at
    return Followed(
        key=intent.key,
        mark=note.mark(intent),
        team=intent.team_id,
        channel=intent.origin.get("channel", ""),
        user=intent.user_id,
        user_name=intent.user_name.raw,
        project=asked.project.id,
        project_name=asked.project.title.raw,
        preview=asked.preview.id,
        preview_name=asked.preview.title.raw,
        at=intent.at,
        ticket=asked.ticket.raw,
        runbook=asked.runbook_id,
        task=asked.task_id,
        task_name=asked.task_name.raw,
        finish=asked.finish,
        expires_at=ends.timestamp() if ends is not None else None,
    )
