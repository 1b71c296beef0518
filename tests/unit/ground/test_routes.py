"""The table of listeners: what cannot work is refused when it is registered, not when somebody presses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.blocks.ids import ActionId, ShortcutId, ViewId
from handlers.everything import all_routes, help_entries
from handlers.routes import Routes, arguments, is_errors


async def press(ask: Any, answer: Any) -> None:
    """Do it."""


async def other(ask: Any, clock: Any) -> None:
    """Do something else."""


def test_a_listener_gets_what_it_names_and_nothing_else() -> None:
    services: Any = SimpleNamespace(clock="the clock", client="the client")
    given = {"ask": "the ask", "answer": "the answer", "form": "the form"}
    assert arguments(press, given, services) == {"ask": "the ask", "answer": "the answer"}
    assert arguments(other, given, services) == {"ask": "the ask", "clock": "the clock"}


def test_a_service_that_does_not_exist_is_refused() -> None:
    async def wants_too_much(ask: Any, database: Any) -> None:
        """Try."""

    async def takes_anything(ask: Any, **more: Any) -> None:
        """Try."""

    async def keyword_only(*, ask: Any) -> None:
        """Try."""

    routes = Routes()
    for listener in (wants_too_much, takes_anything, keyword_only):
        for register in (
            routes.command("task", listener.__name__),
            routes.action(ActionId.TASK_SHOW),
            routes.options(ActionId.PICK_TASK),
            routes.shortcut(ShortcutId.COMMENT_FROM_MESSAGE),
            routes.submit(ViewId.COMMENT, dict),
        ):
            with pytest.raises(TypeError, match="nothing is called"):
                register(listener)
    assert not any((routes.verbs, routes.actions, routes.questions, routes.shortcuts, routes.submits))


def test_two_listeners_for_one_thing_are_refused() -> None:
    def registers(routes: Routes) -> list[Any]:
        return [
            routes.command("task", "show"),
            routes.action(ActionId.TASK_SHOW),
            routes.options(ActionId.PICK_TASK),
            routes.shortcut(ShortcutId.COMMENT_FROM_MESSAGE),
            routes.submit(ViewId.COMMENT, dict),
        ]

    one, two = Routes(), Routes()
    for register, again in zip(registers(one), registers(two), strict=True):
        register(press)
        again(other)
    for register in registers(one):
        with pytest.raises(TypeError, match="two listeners"):
            register(other)
    with pytest.raises(TypeError, match="two listeners"):
        one.merge(two)


def test_a_verb_without_help_is_refused() -> None:
    async def silent(ask: Any) -> None: ...

    with pytest.raises(TypeError, match="help"):
        Routes().command("task", "x")(silent)


def test_one_listener_may_serve_several_buttons() -> None:
    routes = Routes()
    routes.action(ActionId.TASK_SHOW, ActionId.TASK_REFRESH)(press)
    assert set(routes.actions) == {"task.show", "task.refresh"}


def test_the_same_verb_of_two_commands_is_two_things() -> None:
    one, two = Routes(), Routes()
    one.command("task", "show", "<task>")(press)
    two.command("runbook", "show")(other)
    merged = one.merge(two)
    assert {key: verb.usage for key, verb in merged.verbs.items()} == {
        ("task", "show"): "show <task>",
        ("runbook", "show"): "show",
    }


def test_a_forms_errors_are_told_from_a_form() -> None:
    assert is_errors({"text": "Write something."})
    assert not is_errors(SimpleNamespace(text="x"))
    assert not is_errors(None)


def test_the_help_has_a_line_for_every_verb() -> None:
    routes = all_routes()
    entries = help_entries(routes)
    assert len(entries) == len(routes.verbs)
    for entry in entries:
        assert entry.sentence.endswith("."), entry
        assert "\n" not in entry.sentence
        assert len(entry.sentence) <= 120, entry
