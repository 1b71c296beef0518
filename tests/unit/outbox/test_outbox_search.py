"""Looking for a letter whose outcome is not known: every page, whatever else stands there."""

from __future__ import annotations

from typing import Any

import pytest
from outbox_tools import refusal

from bot.errors import SlackError
from bot.outbox.letter import Waiting
from bot.outbox.search import CannotLook, find, metadata_of
from bot.slack.web import SlackWeb

AT = 1_795_000_000.0


def letter(at: float = AT) -> Waiting:
    known: dict[str, Any] = dict.fromkeys(Waiting.__slots__, "")
    return Waiting(**{**known, "key": "mine", "at": at, "state": "sending", "body": "{}"})


def said(key: str, ts: str) -> dict[str, Any]:
    return {"ts": ts, "metadata": metadata_of(key)}


class Pages(SlackWeb):
    """Answers page by page; an error is raised. `asked`: method and arguments of each call."""

    def __init__(self, *answers: dict[str, Any] | SlackError) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, dict[str, Any]]]()

    async def call(self, method: str, /, *, patience: float = 3.0, **args: Any) -> dict[str, Any]:
        self.asked.append((method, args))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, SlackError):
            raise answer
        return answer


def page(*messages: Any, cursor: str = "") -> dict[str, Any]:
    return {"ok": True, "messages": list(messages), "response_metadata": {"next_cursor": cursor}}


async def test_it_is_found_on_whatever_page_it_stands() -> None:
    web = Pages(page(said("x", "1.1"), cursor="c1"), page(cursor="c2"), page(said("y", "1.2"), said("mine", "1.3")))
    assert await find(web, "C1", letter(), None) == "1.3"
    assert [args["cursor"] for _, args in web.asked] == [None, "c1", "c2"]
    assert all(args["include_all_metadata"] for _, args in web.asked)


async def test_it_looks_ten_minutes_further_back_than_its_clock_says() -> None:
    web = Pages(page())
    assert await find(web, "C1", letter(), None) is None
    assert await find(web, "C1", letter(at=5), None) is None
    assert [args["oldest"] for _, args in web.asked] == ["1794999400.000000", "0.000000"]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "text",
        {"ts": "1.1"},
        {"ts": "1.1", "metadata": None},
        {"ts": "1.1", "metadata": {"event_payload": "mine"}},
        {"ts": "1.1", "metadata": {"event_type": "cutover_letter"}},
    ],
)
async def test_what_others_wrote_is_passed_over(odd: Any) -> None:
    assert await find(Pages(page(odd, said("mine", "1.2"))), "C1", letter(), None) == "1.2"


@pytest.mark.parametrize("answer", [{}, {"messages": None}, {"messages": [], "response_metadata": None}])
async def test_an_answer_without_messages_is_the_end(answer: dict[str, Any]) -> None:
    web = Pages(answer)
    assert await find(web, "C1", letter(), None) is None
    assert len(web.asked) == 1


async def test_a_history_without_end_is_not_followed_for_ever() -> None:
    web = Pages(page(cursor="on and on"))
    assert await find(web, "C1", letter(), None) is None
    assert len(web.asked) == 50


async def test_an_answer_is_looked_for_in_its_thread_and_then_in_the_channel() -> None:
    web = Pages(page(), page(said("mine", "1.4")))
    assert await find(web, "C1", letter(), "1.0") == "1.4"
    assert [method for method, _ in web.asked] == ["conversations.replies", "conversations.history"]
    assert web.asked[0][1]["ts"] == "1.0"


async def test_a_thread_that_is_gone_holds_nothing_and_the_channel_is_looked_at() -> None:
    web = Pages(refusal("thread_not_found"), page(said("mine", "1.4")))
    assert await find(web, "C1", letter(), "1.0") == "1.4"


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        ("ratelimited", SlackError),
        ("service_unavailable", SlackError),
        ("internal_error", SlackError),
        ("missing_scope", CannotLook),
        ("channel_not_found", CannotLook),
        ("something_new", CannotLook),
    ],
)
async def test_trouble_is_told_from_a_channel_that_is_not_shown(error: str, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        await find(Pages(refusal(error)), "C1", letter(), None)
