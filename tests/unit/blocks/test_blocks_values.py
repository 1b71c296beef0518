"""What comes back from buttons and modals: small, versioned, never trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from blocks_world import NOW, runbook, startable, task
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import lists
from bot.blocks.ids import RETIRED, ActionId, ShortcutId, ViewId
from bot.blocks.values import (
    CommentMeta,
    ListValue,
    MoreValue,
    PickValue,
    RunbookValue,
    StageMeta,
    StartMeta,
    TaskMeta,
    TaskValue,
    Value,
    decode,
    encode,
    encode_meta,
    pick_block,
    read_pick,
    seen,
    seen_runbook,
)
from bot.errors import BadInput

UUID = "0d9e6a4c-5f1b-4c7a-9a55-3a1b7c2f8e10"


@pytest.mark.parametrize(
    "value",
    [
        TaskValue(r="71", t="412", seen="startable.0", ask=True),
        MoreValue(do="assign", r="71", t="412"),
        RunbookValue(r="71"),
        PickValue(command="task", verb="finish", rest='"a" <!x>'),
        PickValue(command="task", verb="finish", rest="Übergabe 🚀"),
        ListValue(r="71", kind="late", page=3),
        StartMeta(r="71", name="Fail-over"),
        TaskMeta(r="71", t="412", message_ts="1.2"),
        StageMeta(r="71", action="pause"),
        CommentMeta(permalink="https://x.example/p1"),
    ],
)
def test_a_value_comes_back_as_it_went(value: Value) -> None:
    assert decode(type(value), encode(value)) == value
    assert encode(value).isascii()


def test_half_a_surrogate_pair_is_kept_and_refused_when_it_comes_back() -> None:
    text = encode(TaskValue(r="\ud800", t="1"))
    assert text.isascii()
    with pytest.raises(BadInput):
        decode(TaskValue, text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "71",
        "null",
        "[]",
        "{",
        '{"r":"1"}',
        '{"v":2,"r":"1","t":"2"}',
        '{"v":1,"r":1,"t":"2"}',
        '{"v":1,"r":"1","t":"2","admin":true}',
        '{"v":1,"r":"1","t":"2","ask":"yes"}',
        '{"v":1,"r":"1","t":"2","seen":"' + "x" * 4_000 + '"}',
        "[" * 2_000,
    ],
)
def test_what_is_not_ours_is_refused_with_a_sentence(text: str | None) -> None:
    with pytest.raises(BadInput, match="older version") as refused:
        decode(TaskValue, text)
    assert refused.value.hint


@given(st.text())
def test_decode_never_breaks(text: str) -> None:
    try:
        decode(PickValue, text)
    except BadInput:
        pass


def test_long_ids_still_fit_an_option() -> None:
    value = MoreValue(do="override_finish", r=UUID, t=UUID, seen=seen(task(stage="in_progress")))
    assert len(encode(value, 150)) <= 150


def test_a_value_over_its_limit_is_refused() -> None:
    with pytest.raises(BadInput, match="too long"):
        encode(PickValue(command="task", verb="comment", rest="x" * 3_000))
    with pytest.raises(BadInput, match="too long"):
        pick_block(PickValue(command="task", verb="comment", rest="x" * 300))
    with pytest.raises(BadInput, match="too long"):
        encode_meta(CommentMeta(permalink="x" * 3_001))


def test_what_was_seen_changes_with_stage_and_time() -> None:
    now = task()
    assert seen(now) == seen(replace(now, comments_count=9))
    assert seen(now) != seen(replace(now, stage="complete"))
    assert seen(now) != seen(replace(now, updated_at=NOW + timedelta(milliseconds=1)))
    assert seen_runbook(runbook()) != seen_runbook(runbook(stage="paused"))
    assert len(seen(replace(now, stage="x" * 99))) <= 21
    assert seen(replace(now, updated_at=None)).endswith(".0")


def test_a_pick_by_button_carries_the_whole_command() -> None:
    value = PickValue(command="task", verb="skip", rest="not needed")
    made = lists.pick_task("Which task?", [task(), startable()], value)
    button = made.blocks[2]["accessory"]
    picked = read_pick({"type": "button", "action_id": button["action_id"], "value": button["value"], "block_id": "x"})
    assert picked == PickValue(command="task", verb="skip", rest="not needed", r="71", chosen="413")
    assert button["action_id"] == ActionId.PICK_TASK


@pytest.mark.parametrize(
    ("made", "answer"),
    [
        (lists.ask_task, {"type": "external_select", "selected_option": {"value": "413"}}),
        (lists.ask_runbook, {"type": "external_select", "selected_option": {"value": "413"}}),
        (lists.ask_person, {"type": "users_select", "selected_user": "413"}),
    ],
)
def test_a_pick_by_menu_carries_the_whole_command(made: object, answer: dict[str, object]) -> None:
    value = PickValue(command="task", verb="skip", rest="not needed", r="71")
    block = made("Which?", value).blocks[1]  # type: ignore[operator]
    picked = read_pick({**answer, "block_id": block["block_id"], "action_id": block["elements"][0]["action_id"]})
    assert picked == value.model_copy(update={"chosen": "413"})


@pytest.mark.parametrize(
    "action",
    [
        {},
        {"selected_option": None, "block_id": "x"},
        {"selected_option": {"value": "1"}, "block_id": "Bx7"},
        {"value": ""},
    ],
)
def test_a_pick_that_is_not_ours_is_refused(action: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        read_pick(action)


def test_options_are_at_most_a_hundred_and_short() -> None:
    shown = lists.options_tasks([startable("n" * 4_000, id=str(i)) for i in range(150)])
    assert len(shown) == 100
    assert all(len(option["text"]["text"]) <= 75 for option in shown)
    assert shown[0]["text"]["text"].startswith("#13 nnn")
    assert len(lists.options_runbooks([runbook(id=str(i)) for i in range(150)])) == 100
    assert lists.options_tasks([]) == []


def test_ids_are_distinct_and_none_is_retired() -> None:
    every = [*ActionId, *ViewId, *ShortcutId]
    assert len(set(map(str, every))) == len(every)
    assert not RETIRED & set(map(str, every))


def test_no_value_holds_a_response_url() -> None:
    for kind in (StartMeta, TaskMeta, StageMeta, CommentMeta):
        assert "response_url" not in json.dumps(kind.model_json_schema())
