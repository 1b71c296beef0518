"""Every kind of refusal is its own error, additions are found missing, and a write's answer is never guessed."""

from __future__ import annotations

from typing import Any

import pytest
from cutover_script import Asked, HastyClock, ScriptedCutover, Step, answer, resource, text
from hypothesis import given
from hypothesis import strategies as st

from bot.cutover import CutoverClient
from bot.cutover.wire_errors import findings
from bot.errors import (
    BadAnswer,
    Forbidden,
    NotFound,
    NotOnThisInstance,
    Refused,
    Unauthorised,
    Unavailable,
    UnknownOutcome,
)


def errors(*entries: Any, status: int = 422) -> Step:
    return answer({"errors": list(entries)}, status)


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (errors({"title": "x"}, status=401), Unauthorised),
        (errors({"title": "x", "code": "unauthorized"}, status=403), Forbidden),
        (text("<html>no</html>", 403), Forbidden),
        (errors({"title": "x", "code": "not_found"}, status=404), NotFound),
        (text("", 410), NotFound),
        (errors({"title": "x", "code": "blank"}), Refused),
        (text("conflict", 409), Refused),
        (text("<html>", 400), Refused),
        (text("<html>", 413), Refused),
        (text("", 405), NotOnThisInstance),
        (text("", 501), NotOnThisInstance),
        (errors({"code": "task.user_not_assigned"}, status=403), Refused),
        (text("", 304), BadAnswer),
    ],
)
async def test_each_status_has_its_error(
    client: CutoverClient, cutover: ScriptedCutover, step: Step, error: type[Exception]
) -> None:
    cutover.then(step)
    with pytest.raises(error) as caught:
        await client.start_runbook_task("7", "4")
    assert type(caught.value) is error
    assert len(cutover.asked) == 1
    if isinstance(caught.value, Refused):
        assert caught.value.status == step.status
    assert "<" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "says"),
    [("You are not assigned\n", "You are not assigned"), (" \n", ""), ("<b>no</b>", ""), ('{"reason": 7}', "")],
)
async def test_plain_words_are_a_reason_and_code_is_none(
    client: CutoverClient, cutover: ScriptedCutover, body: str, says: str
) -> None:
    cutover.then(text(body, 422))
    with pytest.raises(Refused) as caught:
        await client.start_runbook_task("7", "4")
    assert caught.value.detail.raw == says
    assert ("gave no reason" in caught.value.sentence) is not bool(says)


async def test_findings_keep_order_and_source(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(
        errors(
            {"title": "U", "detail": "3 tasks <b>have</b> none", "code": "runbooks.start.unassigned_tasks"},
            {"title": "Can't be blank", "code": "blank", "source": {"pointer": "/data/relationships/folder"}},
            {"title": "Odd", "source": {"parameter": "sort"}},
        )
    )
    with pytest.raises(Refused) as caught:
        await client.start_runbook("7")
    refused = caught.value
    assert [one.code for one in refused.findings] == ["runbooks.start.unassigned_tasks", "blank", ""]
    assert [one.source for one in refused.findings] == ["", "/data/relationships/folder", "sort"]
    assert [one.detail.raw for one in refused.findings] == ["3 tasks <b>have</b> none", "Can't be blank", "Odd"]
    assert refused.sentence == "Cutover gives 3 reasons not to do this. The first: Tasks with nobody assigned: 3."
    assert refused.has("runbooks.start.")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"errors":["a","b",7,""]}', ["a", "b"]),
        (b'{"errors":"broken"}', ["broken"]),
        (b'{"errors":{"name":["is bad"],"x":"y"}}', ["is bad", "y"]),
        (b'{"errors":{"title":"T"}}', ["T"]),
        (b'{"errors":[],"error":"e"}', ["e"]),
        (b'{"error":{"message":"m"}}', ["m"]),
        (b'{"detail":"d"}', ["d"]),
        (b'{"message":"m"}', ["m"]),
        (b'["a"]', ["a"]),
        (b'{"errors":null}', []),
        (b"<html>", []),
        (b"", []),
        (b"5", []),
    ],
)
def test_error_bodies_of_all_shapes(body: bytes, said: list[str]) -> None:
    assert [one.detail.raw for one in findings(body)] == said


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["errors", "error", "title", "detail", "code", "source", "pointer"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_reading_an_error_never_fails(body: Any) -> None:
    import orjson

    for one in findings(orjson.dumps(body)):
        assert one.code or one.detail


@pytest.mark.parametrize(
    "body", ["<html>hello", '{"data":{"id"', '{"data":{"id":[],"type":"task","attributes":{"stage":"complete"}}}', "7"]
)
async def test_a_write_answered_unreadably_is_unknown(
    client: CutoverClient, cutover: ScriptedCutover, body: str
) -> None:
    cutover.then(text(body))
    with pytest.raises(UnknownOutcome) as caught:
        await client.start_runbook_task("7", "4")
    assert caught.value.detail
    assert len(cutover.asked) == 1


async def test_an_effect_without_an_answer_is_told_so(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(text("<html>hello"))
    with pytest.raises(UnknownOutcome):
        await client.skip_runbook_task("7", "4", "why")
    cutover.then(Step(204))
    with pytest.raises(UnknownOutcome):
        await client.create_runbook_comment("7", "x")


@pytest.mark.parametrize("empty", [Step(204), text(""), answer({})])
async def test_a_write_without_a_body_is_read_back(
    client: CutoverClient, cutover: ScriptedCutover, empty: Step
) -> None:
    cutover.then(empty, answer({"data": resource("task", "4", stage="in_progress")}))
    assert (await client.start_runbook_task("7", "4")).is_running
    assert cutover.lines == ["PATCH /core/runbooks/7/tasks/4/start", "GET /core/runbooks/7/tasks/4"]


async def test_a_read_back_that_fails_is_unknown(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(Step(204), answer({"errors": []}, 404))
    with pytest.raises(UnknownOutcome, match="took the change"):
        await client.unlock_user("9")


@pytest.mark.parametrize("status", [405, 501])
async def test_a_missing_operation_is_remembered_for_ten_minutes(
    client: CutoverClient, cutover: ScriptedCutover, clock: HastyClock, status: int
) -> None:
    assert client.offers("pause_runbook") is None
    cutover.then(answer({}, status))
    for _ in range(2):
        with pytest.raises(NotOnThisInstance, match="pause runbook"):
            await client.pause_runbook("7")
    assert len(cutover.asked) == 1
    assert client.offers("pause_runbook") is False
    assert client.features.missing == {"pause_runbook"}
    clock.advance(601)
    assert client.offers("pause_runbook") is None
    assert client.features.missing == frozenset()
    cutover.then(answer({"data": resource("runbook", "7", stage="paused")}))
    assert (await client.pause_runbook("7")).stage == "paused"
    assert client.offers("pause_runbook") is True


@pytest.mark.parametrize(
    ("call", "parent"),
    [
        (lambda c: c.pause_runbook("7"), "/core/runbooks/7"),
        (lambda c: c.skip_runbook_task("7", "4", "x"), "/core/runbooks/7/tasks/4"),
        (lambda c: c.list_runbook_teams("7").all(), "/core/runbooks/7"),
        (lambda c: c.list_action_logs(runbook_id="7").all(), "/core/runbooks/7"),
        (lambda c: c.delete_runbook_stream("7", "2"), "/core/runbooks/7/streams/2"),
    ],
)
async def test_404_of_an_addition_is_about_the_thing_or_about_the_instance(
    client: CutoverClient, cutover: ScriptedCutover, call: Any, parent: str
) -> None:
    there = False

    def route(asked: Asked) -> Step:
        return answer({"data": {}}) if asked.path == parent and asked.method == "GET" and there else answer({}, 404)

    cutover.route = route
    with pytest.raises(NotFound):
        await call(client)
    there = True
    with pytest.raises(NotOnThisInstance):
        await call(client)


async def test_404_at_the_top_means_missing(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(answer({}, 404))
    with pytest.raises(NotOnThisInstance):
        await client.list_custom_fields().all()
    with pytest.raises(NotOnThisInstance):
        await client.list_activities().all()
    assert len(cutover.asked) == 2


async def test_404_stays_404_when_the_parent_cannot_be_asked(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.route = lambda asked: answer({}, 503 if asked.method == "GET" else 404)
    with pytest.raises(NotFound):
        await client.cancel_runbook("7")


async def test_a_client_can_be_in_a_hurry(client: CutoverClient, cutover: ScriptedCutover, clock: HastyClock) -> None:
    cutover.then(text("x", 503))
    with pytest.raises(Unavailable):
        await client.within(0.5).get_runbook("7")
    assert clock.slept == [0.25]
    with pytest.raises(Unavailable):
        await client.get_runbook("7")
    assert clock.slept == [0.25, 0.25, 0.5]
    assert client.within(1.0).features is client.features


async def test_documented_calls_are_not_doubted(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(answer({}, 404))
    with pytest.raises(NotFound):
        await client.get_runbook("7")
    assert len(cutover.asked) == 1


async def test_a_read_that_is_null(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.then(answer({"data": None}))
    with pytest.raises(BadAnswer, match="`data` is not an object"):
        await client.get_runbook("7")
    cutover.then(text("x", 503))
    with pytest.raises(Unavailable):
        await client.get_runbook("7")
