"""Which listener answers what. The one rule: one guard around all of them; no exception ever reaches Bolt.

A listener names what it needs as parameters (`ask`, `answer`, `form` or a field of `Services`); unknown names and two
listeners for one thing are refused when they are registered, not when somebody presses the button.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeVar

from bot.blocks.forms import Errors
from bot.blocks.ids import ActionId, ShortcutId, ViewId
from handlers.services import Services

Listener = Callable[..., Awaitable[Any]]
Read = Callable[[Mapping[str, Any]], Any]
L = TypeVar("L", bound=Listener)
_GIVEN = {"ask", "answer", "form", "rerun"}


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of a command. `usage` is what follows the command; the docstring is the help."""

    command: str
    name: str
    usage: str
    listener: Listener

    @property
    def sentence(self) -> str:
        return (inspect.getdoc(self.listener) or "").partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Submit:
    """A modal. `read` takes the view: a form, or errors beside fields. `then` is the title while work goes on."""

    read: Read
    then: str | None
    listener: Listener


class Routes:
    """A table of listeners; features have one each, `merge` makes them one."""

    def __init__(self) -> None:
        self.verbs: dict[tuple[str, str], Verb] = {}
        self.actions: dict[str, Listener] = {}
        self.submits: dict[str, Submit] = {}
        self.shortcuts: dict[str, Listener] = {}
        self.questions: dict[str, Listener] = {}
        self.events: dict[str, Listener] = {}

    def command(self, command: str, verb: str, usage: str = "") -> Callable[[L], L]:
        """`/<command> <verb> <usage>`; the listener's docstring is its line in the help."""

        def register(listener: L) -> L:
            entry = Verb(command, verb, f"{verb} {usage}".strip(), listener)
            if not entry.sentence:
                raise TypeError(f"{listener.__name__} needs a docstring: it is its help text")
            _add(self.verbs, (command, verb), entry, listener)
            return listener

        return register

    def action(self, *ids: ActionId) -> Callable[[L], L]:
        """A press or choice."""
        return self._into(self.actions, ids)

    def shortcut(self, *ids: ShortcutId) -> Callable[[L], L]:
        """A shortcut."""
        return self._into(self.shortcuts, ids)

    def options(self, *ids: ActionId) -> Callable[[L], L]:
        """A type-ahead; the listener returns the options."""
        return self._into(self.questions, ids)

    def event(self, *types: str) -> Callable[[L], L]:
        """Something that Slack tells, by its event type; nobody waits for an answer."""
        return self._into(self.events, types)

    def submit(self, view: ViewId, read: Read, then: str | None = None) -> Callable[[L], L]:
        """A submitted modal. With `then` the modal stays open, loading, and the listener shows the result there."""

        def register(listener: L) -> L:
            _add(self.submits, str(view), Submit(read, then, listener), listener)
            return listener

        return register

    def merge(self, *others: Routes) -> Routes:
        """Take over the listeners of `others`; two for one thing are an error."""
        for other in others:
            for name in ("verbs", "actions", "submits", "shortcuts", "questions", "events"):
                mine, theirs = getattr(self, name), getattr(other, name)
                twice = mine.keys() & theirs.keys()
                if twice:
                    raise TypeError(f"two listeners for {sorted(map(str, twice))}")
                mine.update(theirs)
        return self

    def _into(self, table: dict[str, Listener], ids: tuple[Any, ...]) -> Callable[[L], L]:
        def register(listener: L) -> L:
            for one in ids:
                _add(table, str(one), listener, listener)
            return listener

        return register


def _add(table: dict[Any, Any], key: Any, entry: Any, listener: Listener) -> None:
    if key in table:
        raise TypeError(f"two listeners for {key}")
    known = _GIVEN | {field.name for field in fields(Services)}
    for parameter in inspect.signature(listener).parameters.values():
        if parameter.name not in known or parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
            raise TypeError(f"{listener.__name__}: nothing is called {parameter.name!r}")
    table[key] = entry


@cache
def _parameters(listener: Listener) -> tuple[str, ...]:
    return tuple(inspect.signature(listener).parameters)


def arguments(listener: Listener, given: Mapping[str, Any], services: Services) -> dict[str, Any]:
    """What to call `listener` with."""
    names = _parameters(listener)
    return {name: given[name] if name in given else getattr(services, name) for name in names}


def is_errors(read: Any) -> bool:
    """Whether a modal's reader found errors (block id to sentence) instead of a form."""
    errors: type = dict
    return isinstance(read, errors)


__all__ = ["Errors", "Routes", "Submit", "Verb", "arguments", "is_errors"]
