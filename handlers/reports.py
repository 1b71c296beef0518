"""Gathers what a look back needs. The one rule: what this Cutover does not offer is left out, the rest is told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from bot.cutover import Catalogue, CutoverClient
from bot.errors import BotError, CutoverError
from bot.journal import Intent, Journal
from bot.model import Comment, LogEntry, Rag, Ref, Runbook, Stream, Text
from bot.plan import Run
from bot.report import AfterRun, Deed, Handover, RagMark, after_run, deeds_told, handover, rag_told
from bot.watch.beside import MANY, beside
from bot.watch.rag import RagHistory
from handlers.runs import Runs

_MOST: Final = 5_000
_TEMPLATES: Final = 20
_VERBS: Final = {"task.start": "started", "task.finish": "finished", "task.skip": "skipped"}
_SIGNATURE: Final = re.compile(r"<p>[^<]{1,80} from Slack by [^<]{1,200} \([UW]\w+\)</p>")
"""The bot's own comment that names who acted: the report tells that already."""
_STATUS: Final = "runbook.status"
_SAME: Final = timedelta(seconds=60)
"""Within this Cutover's log and the journal tell of the same change."""


class Reports:
    """After-run reports and handover notes, ready to draw."""

    def __init__(
        self, runs: Runs, client: CutoverClient, catalogue: Catalogue, journal: Journal, rag: RagHistory
    ) -> None:
        self._history = rag
        self._runs = runs
        self._client = client
        self._catalogue = catalogue
        self._journal = journal

    async def after(self, runbook_id: str) -> AfterRun:
        """The report of a run that is over or under way. Raises `BotError`; one that has not begun has no report."""
        run = await self._runs.look(runbook_id)
        if run.runbook.start_actual is None:
            raise BotError("This run has not begun, so there is nothing to report.", "`/runbook ready` looks ahead.")
        since = run.runbook.start_actual - _SAME
        log, comments, wishes, seen = await asyncio.gather(
            self._log(runbook_id, since),
            self._comments(run),
            self._journal.carried_out(runbook_id, (*_VERBS, _STATUS), since.timestamp()),
            self._history.of(runbook_id, since),
        )
        owners = await self._catalogue.names(_owners(run), runbook_id)
        authors = await self._authors(log)

        def told() -> AfterRun:
            mine = [_deed(wish) for wish in wishes if wish.verb in _VERBS]
            known = {(deed.task_id, deed.verb) for deed in mine}
            theirs = [deed for deed in deeds_told(log, authors) if (deed.task_id, deed.verb) not in known]
            return after_run(run, owners, [*mine, *theirs], _rag(run, wishes, rag_told(log, authors), seen), comments)

        return await beside(run.tasks, told, MANY)

    async def handover(self, runbook_id: str) -> Handover:
        """The shift note of a run."""
        run = await self._runs.look(runbook_id)
        return await beside(run.tasks, partial(handover, run, await self._comments(run)), MANY)

    async def earlier(self, runbook: Runbook) -> Runbook | None:
        """The last run before this one of the same template, by Cutover's own list of a template's copies."""
        for template in await self._client.list_runbooks(is_template=True).all(_TEMPLATES):
            copies = await self._client.list_runbooks(source_runbook_id=template.id).all(_MOST)
            if all(one.id != runbook.id for one in copies):
                continue
            before = [one for one in copies if one.id != runbook.id and _ran_before(one, runbook)]
            return max(before, key=lambda one: one.start_actual or _NEVER, default=None)
        return None

    async def _comments(self, run: Run) -> list[Comment]:
        """Those of this run; of an instance that tells no times, all."""
        since = run.runbook.start_actual
        try:
            found = await self._client.list_runbook_comments(run.runbook.id).all(_MOST)
        except CutoverError:
            return []
        return [one for one in found if not _SIGNATURE.fullmatch(one.content.raw) and _is_since(one, since)]

    async def _log(self, runbook_id: str, since: datetime) -> list[LogEntry]:
        for ask in (self._client.list_action_logs, self._client.list_activities):
            try:
                return await ask(runbook_id=runbook_id, created_after=since).all(_MOST)
            except CutoverError:  # additions that an instance may lack, or keep from this token
                continue
        return []

    async def _authors(self, log: Iterable[LogEntry]) -> dict[str, Text]:
        refs = {Ref("user", one.author_id) for one in log if one.author_id}
        return {ref.id: name for ref, name in (await self._catalogue.names(refs, "")).items()}


_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _is_since(comment: Comment, since: datetime | None) -> bool:
    return since is None or comment.created_at is None or comment.created_at >= since


def _ran_before(one: Runbook, other: Runbook) -> bool:
    if one.start_actual is None or not one.is_over:
        return False
    return other.start_actual is None or one.start_actual < other.start_actual


def _owners(run: Run) -> list[Ref]:
    return [ref for task in run.tasks.values() for ref in task.assignees or ()]


def _deed(wish: Intent) -> Deed:
    return Deed(datetime.fromtimestamp(wish.at, UTC), wish.task_id, _VERBS[wish.verb], wish.user_name)


def _rag(run: Run, wishes: Iterable[Intent], logged: list[RagMark], seen: list[RagMark]) -> list[RagMark]:
    """The journal's marks, the log's others, what the watch saw besides, and the present status where none ends
    with it."""
    mine = [
        RagMark(
            datetime.fromtimestamp(wish.at, UTC),
            str(wish.wish.get("status", "")),
            None,
            _said(wish.wish),
            wish.user_name,
        )
        for wish in wishes
        if wish.verb == _STATUS
    ]
    marks = [*mine]
    for others in (logged, seen):
        marks += [mark for mark in others if not any(_same(mark, one) for one in marks)]
    last = {mark.stream_id: mark.status for mark in sorted(marks, key=_at)}
    present: list[tuple[str | None, Runbook | Stream]] = [
        (None, run.runbook),
        *((stream.id, stream) for stream in run.streams),
    ]
    for key, about in present:
        at = about.status_updated_at
        if at is not None and about.status != last.get(key, Rag.OFF):
            marks.append(RagMark(at, about.status, key, about.status_message or None))
    return sorted(marks, key=_at)


def _at(mark: RagMark) -> datetime:
    return mark.at


def _said(wish: Mapping[str, object]) -> Text | None:
    said = wish.get("message")
    return Text(said) if isinstance(said, str) and said else None


def _same(one: RagMark, other: RagMark) -> bool:
    return one.stream_id == other.stream_id and one.status == other.status and abs(one.at - other.at) < _SAME
