"""Each code of the reference has its own sentence and hint; unknown ones are readable too."""

from __future__ import annotations

import pytest

from bot.cutover import Severity, explain, is_done_already, severity
from bot.cutover.codes import MEANINGS
from bot.errors import Finding
from bot.model import Text

CODES = [
    "accepted",
    "after",
    "already_actioned",
    "at_least_one",
    "before",
    "blank",
    "cannot_be_changed_to_an_archived_resource",
    "cannot_disable_only_active",
    "cannot_remove_default",
    "cannot_remove_when_in_use",
    "comments.create.runbook_archived",
    "empty",
    "end_scheduled_must_be_after_start_scheduled",
    "exclusion",
    "expired",
    "greater_than",
    "greater_than_or_equal_to",
    "icon_must_be_unique",
    "inclusion",
    "invalid",
    "is_at",
    "less_than",
    "less_than_or_equal_to",
    "max_size_error",
    "min_size_error",
    "missing_custom_field_value",
    "must_be_empty",
    "must_be_in_the_past",
    "must_match_account",
    "not_a_number",
    "not_an_integer",
    "not_email",
    "not_found",
    "on_or_after",
    "on_or_before",
    "other_than",
    "projects.archive.contains_unarchived_events",
    "projects.archive.contains_unarchived_runbooks",
    "required",
    "runbook.cannot_be_template_with_event",
    "runbook.cannot_remove_template_when_in_use",
    "runbook.cannot_switch_from_change_request_runbook_type",
    "runbook.cannot_update_template_status_on_non_template",
    "runbooks.start.archived_task_types",
    "runbooks.start.archived_users",
    "runbooks.start.change_requests_outside_window",
    "runbooks.start.empty_teams",
    "runbooks.start.invalid_fixed_end_tasks",
    "runbooks.start.late_tasks",
    "runbooks.start.max_tasks_exceeded",
    "runbooks.start.tasks_with_empty_comms_messages",
    "runbooks.start.tasks_with_no_recipients",
    "runbooks.start.unapproved_change_requests",
    "runbooks.start.unassigned_tasks",
    "runbooks.start.users_not_accepted",
    "runbooks.start.users_not_in_workspace",
    "runbooks.start.users_with_no_phone",
    "runs.create.cannot_run_template_live",
    "runs.create.event_not_published",
    "taken",
    "task.already_started",
    "task.not_editable",
    "task.not_finishable",
    "task.not_startable",
    "task.same_must_finish",
    "task.user_already_finished",
    "task.user_already_started",
    "task.user_not_assigned",
    "task_type.auto_start_auto_finish_constraint",
    "too_deep",
    "too_long",
    "too_many",
    "too_short",
    "unauthorized",
    "users.archive.unable_to_archive_self",
    "visibility_change",
    "wrong_length",
    "wrong_task_internal_id",
]


def test_the_table_is_the_reference() -> None:
    assert len(CODES) == len(set(CODES)) == 78
    assert set(MEANINGS) == set(CODES)


def test_every_code_has_words_of_its_own() -> None:
    sentences = [explain(Finding(code))[0] for code in CODES]
    assert len(set(sentences)) == len(CODES)
    for code in CODES:
        sentence, hint = explain(Finding(code))
        assert sentence.endswith(".")
        assert hint.endswith(".")
        assert "{" not in sentence + hint
        assert not code.count(".") or code not in sentence
        assert max(len(sentence), len(hint)) <= 200


@pytest.mark.parametrize(
    ("code", "detail", "wanted"),
    [
        ("runbooks.start.unassigned_tasks", "There are 3 unassigned tasks", "Tasks with nobody assigned: 3."),
        ("runbooks.start.unassigned_tasks", "There are some", "Some tasks have nobody assigned."),
        ("runbooks.start.late_tasks", "1,204 tasks", "Tasks that should have started already: 1204."),
        ("runbooks.start.late_tasks", "9" * 5000, "Some tasks should have started before now."),
        (
            "runbooks.start.max_tasks_exceeded",
            "12000 over 10000",
            "The runbook has 12000 tasks; at most 10000 can be started.",
        ),
        ("runbooks.start.max_tasks_exceeded", "over 10000", "The runbook has more tasks than can be started."),
        ("too_long", "maximum is 255 characters", "A text is too long: 255 characters at most."),
        ("wrong_task_internal_id", "No task with 12", "No task here has number 12."),
        ("blank", "7 things <!channel>", "Something that is needed is empty."),
    ],
)
def test_numbers_come_from_the_detail(code: str, detail: str, wanted: str) -> None:
    assert explain(Finding(code, Text(detail)))[0] == wanted


@pytest.mark.parametrize("code", ["task.on_the_moon", "runbooks.start.new_check"])
def test_an_unknown_code_is_named(code: str) -> None:
    assert explain(Finding(code, Text("<!channel> 5")))[0] == f"Cutover refused this (code {code})."


@pytest.mark.parametrize("code", ["", "<!channel>", "a b", "x" * 99, "a\n"])
def test_a_code_that_is_none_is_not_shown(code: str) -> None:
    assert explain(Finding(code))[0] == "Cutover refused this."


def test_severity() -> None:
    starts = {code: severity(code) for code in CODES if code.startswith("runbooks.start.")}
    assert {code for code, hard in starts.items() if hard == Severity.BLOCKING} == {
        "runbooks.start.invalid_fixed_end_tasks",
        "runbooks.start.max_tasks_exceeded",
    }
    assert severity("runbooks.start.new_check") == "warning"
    assert severity("runs.create.cannot_run_template_live") == "blocking"


def test_done_already() -> None:
    assert {code for code in CODES if is_done_already(code)} == {
        "already_actioned",
        "task.already_started",
        "task.user_already_started",
        "task.user_already_finished",
    }
