"""The form for finishing: branches, answers and results come back whole."""

from __future__ import annotations

from typing import Any

from blocks_state import filled
from blocks_world import TASK, fields, startable, task_view

from bot.blocks import modals
from bot.blocks.fit import check
from bot.model import CustomField, Text


def test_no_branch_is_chosen_beforehand() -> None:
    branches = [startable("A", id="7"), startable("B", id="8")]
    view = modals.finish_task(task_view(), branches, [], validation=False, meta=TASK)
    assert modals.read_finish(filled(view), []).keys() == {"branches"}  # type: ignore[union-attr]
    form = modals.read_finish(filled(view, branches=["7", "8"]), [])
    assert isinstance(form, modals.FinishForm)
    assert form.selected == ("7", "8")
    assert modals.read_finish(filled(view, branches=["8"]), []).selected == ("8",)  # type: ignore[union-attr]
    assert modals.read_finish(filled(view, branches=[]), []).keys() == {"branches"}  # type: ignore[union-attr]
    many = [startable(str(i), id=str(i)) for i in range(30)]
    view = modals.finish_task(task_view(), many, [], validation=False, meta=TASK)
    assert modals.read_finish(filled(view, branches=["29"]), []).selected == ("29",)  # type: ignore[union-attr]


def test_answers_come_back_as_the_whole_texts() -> None:
    asked = fields("choice " * 40)
    view = modals.finish_task(task_view(), [], asked, validation=True, meta=TASK)
    sent = filled(
        view,
        **{
            "result": "fail",
            "comment": "replica lag",
            "field.1": "  42 ms ",
            "field.2": "1",
            "field.3": ["0", "3"],
            "field.4": "2",
            "field.5": ["11"],
            "field.6": "249",
            "field.7": "new",
        },
    )
    form = modals.read_finish(sent, asked)
    assert isinstance(form, modals.FinishForm)
    got = {answer.field_id: [value.raw for value in answer.values] for answer in form.answers}
    options = {f.id: [o.raw for o in f.options] for f in asked}
    assert got["1"] == ["42 ms"]
    assert got["2"] == [options["2"][1]]
    assert got["3"] == [options["3"][0], options["3"][3]]
    assert got["6"] == [options["6"][249]]
    assert "8" not in got
    assert (form.result, form.comment, form.selected) == ("fail", Text("replica lag"), None)


def test_a_required_answer_is_asked_for_beside_its_field() -> None:
    asked = fields("x")
    view = modals.finish_task(task_view(), [], asked, validation=True, meta=TASK)
    missing = modals.read_finish(filled(view), asked)
    assert isinstance(missing, dict)
    assert set(missing) == {"result", *(f"field.{f.id}" for f in asked if f.required)}
    forged = filled(view) | {"field.2": {"input": {"selected_option": {"value": "99"}}}}
    assert "field.2" in modals.read_finish(forged, asked)  # type: ignore[operator]


def test_a_hundred_fields_still_make_a_form_with_the_required_first() -> None:
    many = [CustomField(str(i), Text("f"), Text("f"), "text", (), i >= 90, "task_end") for i in range(100)]
    view = modals.finish_task(task_view(), [], many, validation=False, meta=TASK)
    shown = [b["block_id"] for b in view.payload["blocks"] if b["type"] == "input"]
    assert shown[:10] == [f"field.{i}" for i in range(90, 100)]
    assert len(shown) == 40


def test_a_form_too_heavy_for_slack_asks_in_words_and_loses_no_question() -> None:
    options = tuple(Text(f"😀😀😀 {i} " + "ж" * 60) for i in range(300))
    many = [CustomField(str(i), Text("f"), Text("f"), "single_select", options, True, "task_end") for i in range(20)]
    view = modals.finish_task(task_view(), [], many, validation=False, meta=TASK)
    assert check(view) == []
    answers: dict[str, Any] = {f"field.{i}": "7" for i in range(20)}
    typed = [b["block_id"] for b in view.payload["blocks"] if b.get("element", {}).get("type") == "plain_text_input"]
    assert typed
    answers |= dict.fromkeys(typed, options[7].raw.upper())
    form = modals.read_finish(filled(view, **answers), many)
    assert isinstance(form, modals.FinishForm)
    assert [answer.values for answer in form.answers] == [(options[7],)] * 20
    wrong = modals.read_finish(filled(view, **answers | {typed[0]: "nothing of the kind"}), many)
    assert wrong == {typed[0]: "That is none of its options."}
