"""The archive by command. The one rule: it holds everything, so only the past of a task is for everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from bot.archive.keeper import Keeper
from bot.blocks import archive_post, say
from bot.errors import BadInput
from bot.identity import Policy, Right
from bot.slack.answer import Answer
from handlers import grammar
from handlers.ask import Ask
from handlers.routes import Routes
from handlers.targets import Targets

if TYPE_CHECKING:
    from bot.archive.history import Event

routes = Routes()
_HISTORY: Final = "history"


@routes.command("cutover", "archive", "status | sync | history <task>")
async def use_archive(ask: Ask, answer: Answer, keeper: Keeper, policy: Policy, targets: Targets) -> None:
    """Your own copy of all runbook data: what is in it, bring it up to date, what happened to a task."""
    verb, _, rest = ask.words.strip().partition(" ")
    verb = verb.casefold()
    if verb != _HISTORY and rest.casefold().endswith(_HISTORY):  # as a choice among several tasks sends it again
        verb, rest = _HISTORY, ask.words.strip()[: -len(_HISTORY)]
    if verb == _HISTORY:
        await _say_history(ask, answer, keeper, targets, rest.strip())
        return
    if verb not in ("", "status", "sync"):
        raise BadInput("The archive has no such command.", "`/cutover archive status`, `sync` or `history <task>`.")
    await policy.check(ask.wish.actor, Right.ADMIN, ask.channel_id, "see or run the archive")
    if verb == "sync":
        await answer.say(say.note("🗄️ The archive is being brought up to date.", "You are told here when it is done."))
        await answer.say(archive_post.lines("The archive is up to date", keeper.told(await keeper.sync())))
        return
    await answer.say(archive_post.lines("The archive", await keeper.status()))


async def _say_history(ask: Ask, answer: Answer, keeper: Keeper, targets: Targets, words: str) -> None:
    task = await targets.task(ask, grammar.unquoted(words), rest=_HISTORY, question="The history of which task?")
    events = await keeper.history(task.runbook_id, task.id)
    await answer.say(archive_post.history(task.name, [_change(one) for one in events]))


def _change(event: Event) -> archive_post.Change:
    fields = tuple((one.name, _text(one.old), _text(one.new)) for one in event.fields)
    return archive_post.Change(datetime.fromisoformat(event.observed).astimezone(UTC), event.op, fields)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
