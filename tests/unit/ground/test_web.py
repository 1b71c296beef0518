"""Slack's Web API over a real socket: every refusal by Slack's word, and an unknown outcome is told as such."""

from __future__ import annotations

from urllib.parse import parse_qs

import aiohttp
import orjson
import pytest
from ground_tools import CUT, SHORT, HastyClock, ScriptedSlack, Step, limited, ok, refused
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SlackError
from bot.slack.web import SlackOutcomeUnknown, SlackWeb, _read

TOKEN = "xoxb-1-secret"


@pytest.fixture
def web(scripted: ScriptedSlack, session: aiohttp.ClientSession, hasty: HastyClock) -> SlackWeb:
    return SlackWeb(session, scripted.url, TOKEN, hasty)


async def test_messages_go_as_json_and_questions_as_forms(scripted: ScriptedSlack, web: SlackWeb) -> None:
    await web.call("chat.postMessage", channel="C1", blocks=[{"type": "divider"}], thread_ts=None)
    await web.call("users.info", user="U1", include_locale=True)
    posted, asked = scripted.asked
    assert orjson.loads(posted.raw) == {"channel": "C1", "blocks": [{"type": "divider"}]}
    assert parse_qs(asked.raw.decode()) == {"user": ["U1"], "include_locale": ["true"]}
    assert {one.headers["Authorization"] for one in scripted.asked} == {f"Bearer {TOKEN}"}
    assert [one.path for one in scripted.asked] == ["/api/chat.postMessage", "/api/users.info"]


async def test_a_refusal_has_slacks_word_and_its_explanations(scripted: ScriptedSlack, web: SlackWeb) -> None:
    scripted.then(refused("invalid_blocks", response_metadata={"messages": ["[ERROR] too long"]}))
    with pytest.raises(SlackError) as caught:
        await web.call("chat.postMessage", channel="C1")
    assert (caught.value.error, caught.value.method) == ("invalid_blocks", "chat.postMessage")
    assert caught.value.messages == ("[ERROR] too long",)
    assert not isinstance(caught.value, SlackOutcomeUnknown)
    assert TOKEN not in f"{caught.value!r}{caught.value.sentence}"


async def test_a_rate_limit_is_waited_out_as_long_as_patience_lasts(
    scripted: ScriptedSlack, web: SlackWeb, hasty: HastyClock
) -> None:
    scripted.then(limited("1"), limited("2"), ok(ts="1.1"))
    assert (await web.call("chat.postMessage", patience=3.0))["ts"] == "1.1"
    assert hasty.slept == [1.0, 2.0]


async def test_a_longer_limit_is_told_with_its_seconds(
    scripted: ScriptedSlack, web: SlackWeb, hasty: HastyClock
) -> None:
    scripted.then(limited("2"), limited("2"))
    with pytest.raises(SlackError, match="ratelimited") as caught:
        await web.call("chat.postMessage", patience=3.0)
    assert caught.value.retry_after == 2.0
    assert hasty.slept == [2.0]
    assert len(scripted.asked) == 2


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("", 1.0), ("soon", 1.0), ("nan", 1.0), ("-5", 0.0), ("1e99", 3600.0), ("inf", 3600.0), ("2.5", 2.5)],
)
async def test_whatever_stands_in_retry_after_is_a_number_of_seconds(
    scripted: ScriptedSlack, web: SlackWeb, given: str, seconds: float
) -> None:
    scripted.then(limited(given))
    with pytest.raises(SlackError) as caught:
        await web.call("chat.postMessage", patience=-1.0)
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (CUT, "no_answer"),
        (SHORT, "no_answer"),
        (Step(502, (b"<html>Bad gateway</html>",)), "http_502"),
        (Step(200, (b"<html>Sign in</html>",)), "http_200"),
        (Step(200, (b'{"ok": tr',)), "http_200"),
        (Step(200, ()), "http_200"),
        (Step(200, (b"[]",)), "http_200"),
        (Step(302, (), {"Location": "https://elsewhere.example/"}), "http_302"),
    ],
    ids=["cut", "cut in the answer", "502", "HTML", "truncated", "empty", "no object", "redirect"],
)
async def test_without_a_usable_answer_the_outcome_is_unknown(
    scripted: ScriptedSlack, web: SlackWeb, step: Step, word: str
) -> None:
    scripted.then(step)
    with pytest.raises(SlackOutcomeUnknown, match=word):
        await web.call("chat.postMessage", channel="C1")
    assert len(scripted.asked) == 1


async def test_a_server_that_is_not_there_certainly_did_nothing(
    session: aiohttp.ClientSession, hasty: HastyClock
) -> None:
    web = SlackWeb(session, "http://127.0.0.1:1/api/", TOKEN, hasty)
    with pytest.raises(SlackError, match="unreachable") as caught:
        await web.call("auth.test")
    assert not isinstance(caught.value, SlackOutcomeUnknown)


async def test_a_large_answer_arrives_whole(scripted: ScriptedSlack, web: SlackWeb) -> None:
    body = orjson.dumps({"ok": True, "view": {"id": "V1", "private_metadata": "x" * 300_000}})
    scripted.then(Step(chunks=tuple(body[at : at + 10_000] for at in range(0, len(body), 10_000))))
    assert len((await web.call("views.open"))["view"]["private_metadata"]) == 300_000


async def test_an_endless_answer_is_not_read_to_the_end(scripted: ScriptedSlack, web: SlackWeb) -> None:
    scripted.then(Step(chunks=(b"x" * 1_000_000,) * 12))
    with pytest.raises(SlackOutcomeUnknown):
        await web.call("views.open")


@given(st.binary(max_size=80), st.integers(100, 599), st.one_of(st.none(), st.text(max_size=8)))
def test_any_answer_is_understood_or_refused(raw: bytes, status: int, retry_after: str | None) -> None:
    refusal: SlackError | None = None
    try:
        _read("chat.update", status, raw, retry_after)
    except SlackError as error:
        refusal = error
    assert refusal is not None
    assert refusal.error


ANSWERS = st.dictionaries(
    st.sampled_from(["ok", "error", "response_metadata", "messages"]),
    st.recursive(st.one_of(st.none(), st.booleans(), st.text(max_size=5)), lambda one: st.lists(one, max_size=2)),
)


@given(ANSWERS)
def test_only_ok_true_is_a_success(answer: dict[str, object]) -> None:
    told: object = None
    try:
        told = _read("chat.update", 200, orjson.dumps(answer), None)
    except SlackError as error:
        assert answer.get("ok") is not True or error.error == "ratelimited"  # noqa: PT017
    assert told in (None, answer)
