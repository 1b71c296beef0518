"""Who people are in Slack: looked up when needed, kept for ten minutes, never a reason to fail."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from ground_tools import HastyClock, ScriptedSlack, ok, refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.model import Text
from bot.sandbox.slack import EmbeddedSlack
from bot.slack.people import Member, People
from bot.slack.web import SlackWeb

DANA = "U0DANA00001"


def people(slack: EmbeddedSlack, session: aiohttp.ClientSession, clock: ManualClock) -> People:
    return People(SlackWeb(session, slack.api_url, slack.bot_token, clock), clock)


async def test_a_person_has_a_name_and_an_address(
    slack: EmbeddedSlack, session: aiohttp.ClientSession, clock: ManualClock
) -> None:
    found = await people(slack, session, clock).member(DANA)
    assert found == Member(DANA, Text("Dana Okafor"), "dana.okafor@harbour.example")


async def test_guests_and_those_who_left_are_known_as_such(
    slack: EmbeddedSlack, session: aiohttp.ClientSession, clock: ManualClock
) -> None:
    slack.change_user("U0TOM000006", deleted=True)
    known = people(slack, session, clock)
    assert (await known.member("U0GIL000008")).is_guest
    assert (await known.member("U0TOM000006")).deleted
    assert (await known.member("U0CUTOVERBT")).is_bot


async def test_a_person_is_asked_for_once_in_ten_minutes(
    slack: EmbeddedSlack, session: aiohttp.ClientSession, clock: ManualClock
) -> None:
    known = people(slack, session, clock)
    for _ in range(3):
        await known.member(DANA)
    assert len(slack.calls) == 1
    clock.advance(601)
    await known.member(DANA)
    assert len(slack.calls) == 2


async def test_who_is_not_known_keeps_the_name_that_came_with_the_press(
    slack: EmbeddedSlack, session: aiohttp.ClientSession, clock: ManualClock
) -> None:
    known = people(slack, session, clock)
    assert (await known.member("U0NOBODY", Text("nobody"))).name == Text("nobody")
    assert (await known.member("U0NOBODY2")).name == Text("U0NOBODY2")


async def test_presses_at_once_ask_once(
    slack: EmbeddedSlack, session: aiohttp.ClientSession, clock: ManualClock
) -> None:
    known = people(slack, session, clock)
    found = await asyncio.gather(*(known.member(DANA) for _ in range(5)))
    assert {one.name for one in found} == {Text("Dana Okafor")}
    assert len(slack.calls) == 1


async def test_trouble_is_forgotten_before_long(
    scripted: ScriptedSlack, session: aiohttp.ClientSession, hasty: HastyClock
) -> None:
    scripted.then(refused("fatal_error"), ok(user={"real_name": "Dana Okafor"}))
    known = People(SlackWeb(session, scripted.url, "xoxb-1", hasty), hasty)
    assert (await known.member(DANA, Text("dana"))).name == Text("dana")
    hasty.advance(61)
    assert (await known.member(DANA, Text("dana"))).name == Text("Dana Okafor")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=5)),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["profile", "real_name", "name", "email", "is_bot"]), inner, max_size=4)
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
async def test_whatever_slack_answers_there_is_a_person(hasty: HastyClock, answer: Any) -> None:
    class Web:
        async def call(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"ok": True, "user": answer}

    found = await People(Web(), hasty).member(DANA, Text("dana"))  # type: ignore[arg-type]
    assert found.id == DANA
    assert found.name.raw
    assert isinstance(found.email, str)
