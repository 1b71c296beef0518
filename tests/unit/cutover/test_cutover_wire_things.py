"""Runbooks, comments, people, fields and logs are read as leniently as tasks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.cutover import wire
from bot.errors import BadAnswer
from bot.model import Text

NINE = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


def test_a_runbook() -> None:
    read = wire.runbook(
        {
            "id": 7,
            "type": "runbook",
            "attributes": {
                "name": "R",
                "stage": "active",
                "status": "amber",
                "rto": 60,
                "end_forecast": "2026-11-20T21:00:00Z",
            },
            "relationships": {"workspace": {"data": {"id": "w"}}, "current_version": {"data": {"id": "v"}}},
        }
    )
    assert (read.id, read.is_running, read.status, read.rto, read.end_forecast) == ("7", True, "amber", 60, NINE)
    assert (read.workspace_id, read.version_id, read.folder_id) == ("w", "v", None)
    assert (wire.runbook({"id": "1"}).stage, wire.runbook({"id": "1"}).status) == ("planning", "off")


def test_comments_know_their_author_in_several_forms() -> None:
    by = {"relationships": {"user": {"data": {"id": "9"}}}}
    assert wire.comment({"id": "1"} | by).author_id == "9"
    assert wire.comment({"id": "1", "attributes": {"author_id": 9}}).author_id == "9"
    assert wire.comment({"id": "1"}).author_id is None


def test_the_smaller_things() -> None:
    team = wire.runbook_team(
        {"id": "1", "meta": {"users_count": 3}, "relationships": {"team": {"data": {"id": "8"}}}}, "7"
    )
    assert (team.team_id, team.users_count, team.runbook_id) == ("8", 3, "7")
    assert wire.runbook_team({"id": "1"}, "7").users_count is None
    person = wire.person(
        {"id": "1", "type": "user", "attributes": {"first_name": "Mei", "last_name": "Lin", "email": None}}
    )
    assert (person.name, person.email) == (Text("Mei Lin"), "")
    folder = wire.folder({"id": "1", "relationships": {"parent": {"data": {"id": "2"}}}})
    assert folder.parent_id == "2"
    kind = wire.task_type({"id": "1", "attributes": {"key": "milestone", "auto_finish": True, "default_duration": 0}})
    assert (kind.is_milestone, kind.auto_finish, kind.default_duration, kind.comms) == (True, True, 0, "off")
    assert wire.runbook_type({"id": "1", "attributes": {"dynamic": True}}).dynamic
    assert wire.workspace({"id": "1", "attributes": {"key": "k"}}).key == "k"
    stream = wire.stream({"id": "1", "attributes": {"status": None, "tasks_count": 5}}, "7")
    assert (stream.status, stream.tasks_count, stream.parent_id) == ("off", 5, None)


@pytest.mark.parametrize(
    "options",
    [["a", "b"], [{"value": "a"}, {"label": "b"}], {"options": ["a", "b"]}, {"a": 1, "b": 2}, [{"name": "a"}, "b"]],
)
def test_options_have_many_forms(options: Any) -> None:
    field = wire.custom_field(
        {"id": "1", "attributes": {"name": "n", "field_type": "single_select", "field_options": options}}
    )
    assert field.options == (Text("a"), Text("b"))
    assert field.display_name == Text("n")


@pytest.mark.parametrize("options", [5, [None], [{}], "a"])
def test_options_that_cannot_be_meant(options: Any) -> None:
    with pytest.raises(BadAnswer, match="field_options"):
        wire.custom_field({"id": "1", "attributes": {"field_options": options}})


def test_log_entries_of_both_kinds() -> None:
    log = wire.log_entry(
        {
            "id": "1",
            "attributes": {"event": "task.started", "description": "d", "changes": {"a": 1}},
            "relationships": {"author": {"data": {"id": "9"}}, "resource": {"data": {"id": "4", "type": "task"}}},
        }
    )
    assert (log.event, log.author_id, log.resource_type, log.resource_id, log.changes) == (
        "task.started",
        "9",
        "task",
        "4",
        {"a": 1},
    )
    activity = wire.log_entry(
        {"id": "1", "attributes": {"key": "task.created"}, "meta": {"message": {"plain": "made"}}}
    )
    assert (activity.event, activity.description, activity.author_id) == ("task.created", Text("made"), None)
    assert wire.log_entry({"id": "1", "meta": {"message": {"plain": 5}}}).description == Text("")
