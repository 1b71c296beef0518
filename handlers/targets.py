"""Which runbook or task is meant. The one rule: one match or a question; nothing is carried out on a guess."""

from __future__ import annotations

import re
from typing import Final

from bot.blocks import picks
from bot.cutover import CutoverClient, find_runbook, find_task
from bot.errors import BadInput, NotFound
from bot.model import Runbook, Task
from bot.store import Links
from handlers import grammar
from handlers.ask import Ask, Choose

_ID: Final = re.compile(r"[0-9]{1,18}\Z")
_SHOWN: Final = 10
_MOST: Final = 2000


class Targets:
    """Finds by id, `#number` or part of a name. Raises `Choose` (a picker) or `BadInput`."""

    def __init__(self, client: CutoverClient, links: Links) -> None:
        self._client = client
        self._links = links

    async def runbook(self, ask: Ask, words: str = "", *, rest: str = "") -> Runbook:
        """The runbook named by `words`; without words the chosen one, or the channel's, else a question."""
        if words:
            return await self._named_runbook(ask, words, rest)
        if ask.runbook_id:
            return await self._client.get_runbook(ask.runbook_id)
        link = self._links.of(ask.team_id, ask.channel_id)
        if link is not None:
            return await self._client.get_runbook(link.runbook_id)
        raise Choose(
            picks.ask_runbook("This channel is not linked to a runbook. Which one do you mean?", ask.pick(rest))
        )

    def runbook_id(self, ask: Ask, rest: str) -> str:
        """Id of the chosen or linked runbook, without asking Cutover; a question where there is none."""
        link = self._links.of(ask.team_id, ask.channel_id)
        found = ask.runbook_id or (link.runbook_id if link else "")
        if not found:
            question = "This channel is not linked to a runbook. Which one do you mean?"
            raise Choose(picks.ask_runbook(question, ask.pick(rest)))
        return found

    def direct(self, ask: Ask, words: str) -> tuple[str, str] | None:
        """(runbook id, task id) when `words` look like a task's id: the action reads the task anyway."""
        link = self._links.of(ask.team_id, ask.channel_id)
        runbook_id = ask.runbook_id or (link.runbook_id if link else "")
        return (runbook_id, words) if runbook_id and _ID.match(words) else None

    async def task(self, ask: Ask, words: str, *, rest: str = "", question: str = "Which task?") -> Task:
        """The task of the chosen or linked runbook named by `words`; `rest` is kept while the person chooses."""
        runbook_id = self.runbook_id(ask, f"{grammar.quoted(words)} {rest}".strip())
        pick = ask.pick(rest).model_copy(update={"r": runbook_id})
        if not words:
            raise Choose(picks.ask_task(question, pick))
        if _ID.match(words):
            try:
                return await self._client.get_runbook_task(runbook_id, words)
            except NotFound:
                pass  # it may be a task's number or part of a name
        named = bool(re.search(r"[^\W\d]", words)) and not words.startswith("#")
        filters = {"search_term": words} if named else {}
        tasks = await self._client.list_runbook_tasks(runbook_id, page_size=100, **filters).all(_MOST)  # type: ignore[arg-type]
        match = find_task(tasks, words)
        if match.exact is None and named and not match.candidates:
            tasks = await self._client.list_runbook_tasks(runbook_id, page_size=100).all(_MOST)
            match = find_task(tasks, words)
        if match.exact is not None:
            return match.exact
        if not match.candidates:
            raise BadInput("No task of this runbook fits that.", "Try part of its name; `/task list` shows them.")
        asked = "Did you mean one of these?" if match.guessed else "Several tasks fit. Which one?"
        more = len(match.candidates) - _SHOWN
        raise Choose(picks.pick_task(asked, match.candidates[:_SHOWN], pick, more=max(more, 0)))

    async def _named_runbook(self, ask: Ask, words: str, rest: str) -> Runbook:
        if _ID.match(words):
            try:
                return await self._client.get_runbook(words)
            except NotFound:
                pass
        runbooks = await self._client.list_runbooks(query=words).all(_MOST)
        usual = [one for one in runbooks if not one.is_template and not one.archived]
        match = find_runbook(usual, words)
        if match.exact is None and (match.guessed or not match.candidates):
            match = find_runbook(runbooks, words)
        if match.exact is not None:
            return match.exact
        if not match.candidates:
            raise BadInput("No runbook fits that.", "Try part of its name; `/runbook list` shows them.")
        asked = "Did you mean one of these?" if match.guessed else "Several runbooks fit. Which one?"
        more = len(match.candidates) - _SHOWN
        raise Choose(picks.pick_runbook(asked, match.candidates[:_SHOWN], ask.pick(rest), more=max(more, 0)))
