"""Modals answered: what a person chose comes out as a form, what is wrong comes out beside its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from blocks_state import filled
from blocks_world import BOOK, NOW, START, TASK, fields, kind, runbook, stream, task, task_view
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import forms, modals
from bot.blocks.message import View
from bot.blocks.values import CommentMeta, CreateMeta, StageMeta, decode
from bot.model import Text


def start(allow_live: bool = True, name: str = "Fail-over DB") -> View:
    return modals.start_runbook(runbook(name, stage="planning"), allow_live=allow_live, meta=START)


def test_a_start_left_as_it_is_is_a_quiet_rehearsal() -> None:
    assert modals.read_start(filled(start()), "Fail-over DB") == modals.StartForm(
        run_type="rehearsal",
        comms="off",
        rebaseline=False,
        shift_fixed_times=False,
        disable_task_notify=False,
        validation_level="error",
    )


def test_every_choice_of_a_start_is_read() -> None:
    chosen = filled(
        start(),
        run_type="live",
        name="  fail-OVER   db ",
        comms="on",
        level="warning",
        flags=["rebaseline", "shift_fixed_times", "disable_task_notify"],
    )
    assert modals.read_start({"values": chosen}, "Fail-over DB") == modals.StartForm(
        "live", "on", True, True, True, "warning"
    )


@pytest.mark.parametrize("typed", [None, "", "Fail-over", "yes", "Fail-over DB 2"])
def test_live_without_the_name_is_refused_beside_the_field(typed: str | None) -> None:
    answer = modals.read_start(filled(start(), run_type="live", name=typed), "Fail-over DB")
    assert isinstance(answer, dict)
    assert list(answer) == ["name"]
    assert "Fail-over DB" in answer["name"]


def test_live_is_not_offered_to_everybody_and_not_taken_from_a_forged_form() -> None:
    view = start(allow_live=False)
    with pytest.raises(KeyError):
        filled(view, run_type="live")
    forged = filled(view) | {"run_type": {"input": {"selected_option": {"value": "live"}}}}
    assert modals.read_start(forged, "Fail-over DB").keys() == {"run_type"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "state", [{}, {"values": {}}, {"run_type": None}, {"run_type": {"input": {"selected_option": 7}}}]
)
def test_a_broken_start_form_is_an_error_not_a_start(state: dict[str, Any]) -> None:
    assert {"run_type", "comms", "level"} == set(modals.read_start(state, "x"))  # type: ignore[call-overload]


def test_a_name_that_cannot_be_typed_whole_can_be_typed_in_part() -> None:
    name = "Ünïcode \u202e<!channel> *x* " + "y" * 4_000
    typed = modals.typed_name(name)
    assert len(typed) <= 60
    view = start(name=name)
    hint = next(b["hint"]["text"] for b in view.payload["blocks"] if b.get("block_id") == "name")
    assert typed in hint
    answer = modals.read_start(filled(view, run_type="live", name=typed), name)
    assert isinstance(answer, modals.StartForm)


def test_cancel_and_live_take_the_typed_name() -> None:
    book = runbook("Fail-over DB")
    live = replace(book, run_type="live")
    assert modals.needs_name(book, "cancel")
    assert modals.needs_name(live, "resume")
    assert not modals.needs_name(book, "pause")
    view = modals.stage(live, "cancel", meta=StageMeta(r="71", action="cancel"))
    kept = decode(StageMeta, view.payload["private_metadata"]).name
    assert modals.read_stage(filled(view, name="no"), kept).keys() == {"name"}  # type: ignore[union-attr]
    sent = filled(view, name="fail-over db", message="DBA asleep", notify=["notify"])
    assert modals.read_stage(sent, kept) == modals.StageForm(Text("DBA asleep"), True)


def test_skip_needs_a_reason() -> None:
    view = modals.skip_task(task_view(), meta=TASK, reason=Text("not needed"))
    assert modals.read_skip(filled(view)) == modals.SkipForm(Text("not needed"))
    assert modals.read_skip(filled(view, reason=" \n")) == {"reason": "Say why it is skipped."}


def test_a_comment_chooses_where_it_goes() -> None:
    view = modals.comment(meta=CommentMeta(), runbook=runbook(), task=task(), text="*done*\nsee log")
    assert modals.read_comment(filled(view)) == modals.CommentForm("71", "412", Text("*done*\nsee log"))
    chosen = filled(view, runbook="9", task="8", text="x")
    assert modals.read_comment(chosen) == modals.CommentForm("9", "8", Text("x"))
    blank = modals.comment(meta=CommentMeta())
    assert modals.read_comment(filled(blank, text="x")) == {"runbook": "Choose a runbook."}
    assert modals.read_comment(filled(blank)) == {"text": "Write something."}
    fixed = modals.comment(meta=CommentMeta(r="71", t="412"), runbook=runbook(), task=task(), text="x")
    assert modals.read_comment(filled(fixed)) == modals.CommentForm(None, None, Text("x"))


def test_a_comment_too_long_for_a_form_says_that_it_is_cut() -> None:
    view = modals.comment(meta=CommentMeta(), text="x" * 3_001)
    assert "cut" in str(view.payload["blocks"][-1])
    assert "cut" not in str(modals.comment(meta=CommentMeta(), text="x" * 3_000).payload["blocks"][-1])


def test_status_starts_from_what_is_set() -> None:
    view = modals.status(runbook("DB slow", status="amber"), meta=BOOK)
    assert modals.read_status(filled(view)) == modals.StatusForm("amber", Text("DB slow"))
    assert modals.read_status(filled(view, status="red", message=None)) == modals.StatusForm("red", Text(""))
    odd = modals.status(runbook(status="purple"), meta=BOOK)
    assert modals.read_status(filled(odd)) == {"status": "Choose a status."}


def test_create_takes_a_template_or_none() -> None:
    view = modals.create_runbook(meta=CreateMeta(), name="Fail-over 2", template=runbook())
    assert modals.read_create(filled(view, times=["shift"])) == modals.CreateForm(
        "71", Text("Fail-over 2"), Text(""), True
    )
    blank = modals.create_runbook(meta=CreateMeta())
    assert modals.read_create(filled(blank, name="x\ny")).template_id is None  # type: ignore[union-attr]
    assert modals.read_create(filled(blank)) == {"name": "Give it a name."}


def edit(made: Any) -> View:
    return modals.edit_task(runbook(), made, [stream()], [kind()], meta=TASK)


def test_a_form_saved_unchanged_changes_nothing() -> None:
    stored = task(
        duration=5_430, level="level_9", start_fixed=NOW, end_fixed=NOW + timedelta(hours=1), description="a\n\nb"
    )
    stored = replace(stored, description=Text("a\n\nb"))
    form = modals.read_task(filled(edit(stored)))
    assert form == modals.TaskForm(
        name=stored.name,
        description=stored.description,
        stream_id="5",
        task_type_id="1",
        duration=5_430,
        level="level_9",
        start_fixed=NOW,
        end_fixed=NOW + timedelta(hours=1),
    )


def test_what_is_too_long_to_edit_is_left_alone() -> None:
    stored = replace(task(), name=Text("n" * 4_000), description=Text("d" * 4_000))
    form = modals.read_task(filled(edit(stored)))
    assert isinstance(form, modals.TaskForm)
    assert (form.name, form.description) == (None, None)
    book = modals.edit_runbook(runbook(description=Text("d" * 4_000)), meta=BOOK)
    assert modals.read_edit(filled(book)).description is None  # type: ignore[union-attr]


def test_task_mistakes_stand_beside_their_fields() -> None:
    view = modals.create_task(runbook(), [stream()], [kind()], meta=CreateMeta(r="71"))
    wrong = filled(view, duration="soon", start_fixed=NOW, end_fixed=NOW)
    assert set(modals.read_task(wrong)) == {"name", "duration", "end_fixed"}  # type: ignore[call-overload]
    right = modals.read_task(filled(view, name="New", duration="1h20"))
    assert isinstance(right, modals.TaskForm)
    assert (right.duration, right.level, right.stream_id) == (4_800, "level_3", "5")


def test_menus_without_entries_are_left_out() -> None:
    view = modals.create_task(runbook(), [], [], meta=CreateMeta(r="71"), name="x")
    form = modals.read_task(filled(view))
    assert (form.stream_id, form.task_type_id) == (None, None)  # type: ignore[union-attr]


def test_assign_reads_people() -> None:
    view = modals.assign(task_view(), meta=TASK)
    sent = filled(view, people=["U0SAM000002"], others=["replace"])
    assert modals.read_assign(sent) == modals.AssignForm(("U0SAM000002",), True)
    assert modals.read_assign(filled(view)).keys() == {"people"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("45", 2_700),
        ("45 min", 2_700),
        ("1h20", 4_800),
        ("1 h 20 min", 4_800),
        ("90s", 90),
        ("2 days", 172_800),
        ("5 min 5 min", None),
        ("10 s 1 h", None),
        ("3 weeks", None),
        ("1d 2h 3m 4s", 93_784),
        ("0", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5h", None),
        ("9" * 12, None),
    ],
)
def test_durations_as_people_write_them(words: str, seconds: int | None) -> None:
    assert modals.parse_duration(words) == seconds


@given(st.integers(0, 10_000_000))
def test_an_exact_duration_reads_back(seconds: int) -> None:
    assert modals.parse_duration(forms.exact_duration(seconds)) == seconds


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_readers_never_break_on_a_forged_state(junk: Any) -> None:
    keys = ("run_type", "name", "flags", "branches", "people", "start_fixed", "text", "field.1", "field.5")
    values = {key: {"input": junk} for key in keys}
    for read in (modals.read_task, modals.read_comment, modals.read_assign, modals.read_skip, modals.read_status):
        assert read(values) is not None
    assert isinstance(modals.read_start(values, "x"), dict)
    assert modals.read_finish(values, fields("x")) is not None


def test_moments_are_aware_utc() -> None:
    state = {"due": {"input": {"selected_date_time": 1_795_213_800}}}
    assert forms.moment(state, "due") == datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def test_tidying_is_no_change() -> None:
    assert not forms.changed(Text("a b"), Text(" a\u200b  b "))
    assert not forms.changed(None, Text("a"))
    assert forms.changed(Text(""), Text("a"))
