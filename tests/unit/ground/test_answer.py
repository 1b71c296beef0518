"""Answers: they always arrive somewhere, and a response_url is only ever Slack's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
import yarl
from aiohttp import web
from ground_tools import CUT, SHORT, Ear, ScriptedSlack, Step, ok, serving
from hypothesis import example, given
from hypothesis import strategies as st

from bot.blocks import modals, parts, say
from bot.blocks.ids import ActionId
from bot.blocks.message import Message
from bot.clock import ManualClock
from bot.sandbox.slack import EmbeddedSlack
from bot.slack.answer import Answer, Poster
from bot.slack.web import SlackWeb

DANA, LINKED, OUTSIDE = "U0DANA00001", "C0DCFAILOVR", "C0NETWORK01"
NOT_TAKEN: list[dict[str, Any]] = [{"status": 404}, {"status": 500}, {"error": "used_url"}, {"cut": "before"}]


class Scene:
    """Dana in Slack, and an answer to whatever she does."""

    def __init__(self, slack: EmbeddedSlack, ear: Ear, session: aiohttp.ClientSession, clock: ManualClock) -> None:
        self.slack, self.ear = slack, ear
        self.web = SlackWeb(session, slack.api_url, slack.bot_token, clock)
        self.poster = Poster(session, slack.api_url)

    async def command(self, channel: str = LINKED) -> Answer:
        await self.slack.command(DANA, channel, "/task", "list")
        return Answer(self.ear.last(), self.web, self.poster)

    async def press(self) -> Answer:
        ts = self.messages(LINKED)[-1]["ts"]
        await self.slack.click(DANA, action_id="task.show", channel=LINKED, message_ts=ts)
        return Answer(self.ear.last(), self.web, self.poster)

    def messages(self, channel: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.slack.screen(DANA, channel)["channels"][channel]["messages"]
        return found

    def texts(self, channel: str = LINKED) -> list[str]:
        return [message["text"] for message in self.messages(channel)]

    @property
    def called(self) -> list[str]:
        return [call.method for call in self.slack.calls if call.method.startswith(("chat.", "views."))]


@pytest.fixture
def scene(slack: EmbeddedSlack, ear: Ear, session: aiohttp.ClientSession, clock: ManualClock) -> Scene:
    return Scene(slack, ear, session, clock)


def words(text: str) -> Message:
    return say.done(text)  # type: ignore[arg-type]


def card() -> Message:
    return Message("A card", (parts.section("A card", parts.button("Show", ActionId.TASK_SHOW, "v")),))  # type: ignore[arg-type]


async def test_an_answer_is_seen_by_the_person_alone(scene: Scene) -> None:
    await (await scene.command()).say(words("Here you are"))
    assert "Here you are" in scene.texts()[-1]
    other = scene.slack.screen("U0SAM000002", LINKED)["channels"][LINKED]["messages"]
    assert "Here you are" not in repr(other)
    assert scene.called == []


async def test_answers_work_where_the_bot_is_no_member(scene: Scene) -> None:
    await (await scene.command(OUTSIDE)).say(words("Here you are"))
    assert "Here you are" in scene.texts(OUTSIDE)[-1]


async def test_the_sixth_answer_comes_beside_the_channels_messages(scene: Scene) -> None:
    answer = await scene.command()
    for number in range(6):
        await answer.say(words(f"Part {number}"))
    assert [f"Part {number}" in text for number, text in enumerate(scene.texts()[-6:])] == [True] * 6
    assert scene.called == ["chat.postEphemeral"]


@pytest.mark.parametrize("fault", NOT_TAKEN, ids=str)
async def test_a_response_url_that_is_refused_gives_way(scene: Scene, fault: dict[str, Any]) -> None:
    await scene.slack.order([{"on": "response_url", "do": fault}])
    await (await scene.command()).say(words("Here you are"))
    assert "Here you are" in scene.texts()[-1]
    assert scene.called == ["chat.postEphemeral"]


async def test_where_the_bot_is_no_member_the_last_way_is_a_direct_message(scene: Scene) -> None:
    await scene.slack.order([{"on": "response_url", "do": {"status": 404}}])
    await (await scene.command(OUTSIDE)).say(words("Here you are"))
    assert scene.called == ["chat.postEphemeral", "chat.postMessage"]
    direct = [one for one in scene.slack.screen(DANA)["channels"].values() if "Here you are" in repr(one["messages"])]
    assert len(direct) == 1


async def test_only_new_messages_are_told_what_not_to_unfold(scene: Scene) -> None:
    """`chat.postEphemeral` documents no such arguments, and a strict server refuses what is not documented."""
    await scene.slack.order([{"on": "response_url", "do": {"status": 404}}])
    await (await scene.command(OUTSIDE)).say(words("Here you are"))
    given = {call.method: call.args.keys() for call in scene.slack.calls if call.method.startswith("chat.")}
    assert given["chat.postEphemeral"] == {"channel", "user", "text", "blocks"}
    assert given["chat.postMessage"] == {"channel", "text", "blocks", "unfurl_links", "unfurl_media"}


async def test_when_nothing_arrives_it_does_not_raise(scene: Scene) -> None:
    answer = await scene.command()
    await scene.slack.order(
        [{"on": "response_url", "do": {"status": 404}}, {"on": "api", "times": 2, "do": {"error": "fatal_error"}}]
    )
    await answer.say(words("Lost"))
    assert scene.called == ["chat.postEphemeral", "chat.postMessage"]


async def test_another_host_is_never_called(scene: Scene, scripted: ScriptedSlack) -> None:
    answer = await scene.command()
    answer.delivery = replace(answer.delivery, response_url=scripted.url)
    await answer.say(words("Here you are"))
    assert scripted.asked == []
    assert scene.called == ["chat.postEphemeral"]


async def test_the_pressed_message_is_redrawn(scene: Scene) -> None:
    await scene.web.call("chat.postMessage", channel=LINKED, text="A card", blocks=list(card().blocks))
    await (await scene.press()).replace(words("Done now"))
    assert "Done now" in scene.texts()[-1]
    assert "A card" not in scene.texts()


async def test_the_pressed_message_is_redrawn_without_a_response_url(scene: Scene) -> None:
    await scene.web.call("chat.postMessage", channel=LINKED, text="A card", blocks=list(card().blocks))
    await scene.slack.order([{"on": "response_url", "do": {"status": 404}}])
    await (await scene.press()).replace(words("Done now"))
    assert "Done now" in scene.texts()[-1]
    assert scene.called == ["chat.postMessage", "chat.update"]


async def test_a_message_that_is_gone_is_answered_beside_it(scene: Scene) -> None:
    posted = await scene.web.call("chat.postMessage", channel=LINKED, text="A card", blocks=list(card().blocks))
    answer = await scene.press()
    await scene.web.call("chat.delete", channel=LINKED, ts=posted["ts"])
    await scene.slack.order([{"on": "response_url", "do": {"status": 404}}])
    await answer.replace(words("Done now"))
    assert "Done now" in scene.texts()[-1]
    assert scene.called[-2:] == ["chat.update", "chat.postEphemeral"]


async def test_an_ephemeral_card_whose_url_is_used_up_is_said_anew(scene: Scene) -> None:
    await (await scene.command()).say(card())
    answer = await scene.press()
    answer.uses = 5
    await answer.replace(words("Done now"))
    assert "Done now" in scene.texts()[-1]
    assert scene.called == ["chat.postEphemeral"]


async def test_a_picker_gives_way_to_its_answer_once(scene: Scene) -> None:
    await (await scene.command()).say(card())
    answer = await scene.press()
    answer.redraws = True
    await answer.say(words("First"))
    await answer.say(words("Second"))
    assert ["First" in scene.texts()[-2], "Second" in scene.texts()[-1]] == [True, True]
    assert "A card" not in scene.texts()


async def test_a_modal_opens_once_within_three_seconds(scene: Scene) -> None:
    answer = await scene.command()
    assert await answer.open(modals.loading("Task"))
    assert not await Answer(answer.delivery, scene.web, scene.poster).open(modals.loading("Task"))
    late = await scene.command()
    scene.slack.clock.advance(4)
    assert not await late.open(modals.loading("Task"))


async def test_a_modal_that_was_closed_meanwhile_is_not_drawn(scene: Scene) -> None:
    answer = await scene.command()
    await answer.open(modals.loading("Task"))
    assert await answer.show(modals.loading("Still"))
    await scene.slack.close_view(DANA, view_id=answer.view_id)
    assert not await answer.show(modals.loading("Again"))


@pytest.mark.parametrize(
    ("step", "taken"),
    [
        (ok(), True),
        (Step(200, (b"ok",)), True),
        (Step(200, (b'{"ok" : false, "error": "used_url"}',)), False),
        (Step(302, (), {"Location": "/api/other"}), False),
        (Step(429, (), {"Retry-After": "1"}), False),
        (CUT, False),
        (SHORT, True),
    ],
    ids=["ok", "plain ok", "used", "redirect", "limited", "cut", "broken off after the status"],
)
async def test_whether_a_post_was_taken(
    scripted: ScriptedSlack, session: aiohttp.ClientSession, step: Step, taken: bool
) -> None:
    scripted.then(step)
    assert await Poster(session, scripted.url).post(f"{scripted.url}response/x", {"text": "x"}) is taken
    assert len(scripted.asked) == 1


async def test_answers_share_a_connection_though_their_replies_come_in_pieces(session: aiohttp.ClientSession) -> None:
    connections = set()

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        connections.add(request.transport)
        await request.read()
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"ok")
        for _ in range(50):  # the end of the reply comes later
            await asyncio.sleep(0)
        return response

    async with serving(handle) as url:
        poster = Poster(session, f"{url}/api/")
        assert [await poster.post(f"{url}/response/{number}", {"text": "x"}) for number in range(5)] == [True] * 5
    assert len(connections) == 1


WORDS = (
    "https:// http:// hooks.slack.com evil.example @ : 443 / \\ # ? . [ ] %2e hooks.slack-gov.com HOOKS.SLACK.COM api ſ"
)
PIECES = st.sampled_from([*WORDS.split(), "127.0.0.1:8800", " ", "\n", "\t"])


@given(st.one_of(st.lists(PIECES, max_size=9).map("".join), st.text(max_size=30)))
@example("https://hooks.slack.com@evil.example/")
@example("https://hooks.slack.com\\@evil.example/")
@example("https://[hooks.slack.com/")
def test_no_foreign_host_is_ever_allowed(url: str) -> None:
    poster = Poster(None, "http://127.0.0.1:8800/api/")  # type: ignore[arg-type]
    if poster.allows(url):
        asked = yarl.URL(url)
        own = (asked.scheme, asked.host, asked.port) == ("http", "127.0.0.1", 8800)
        slacks = asked.scheme == "https" and asked.host in ("hooks.slack.com", "hooks.slack-gov.com")
        assert own or slacks
        assert asked.user is None


def test_slacks_own_addresses_are_allowed() -> None:
    poster = Poster(None, "https://slack.com/api/", ["hooks.other.example"])  # type: ignore[arg-type]
    for host in ("hooks.slack.com", "hooks.slack-gov.com", "hooks.other.example", "slack.com"):
        assert poster.allows(f"https://{host}/commands/T1/2/x")
    assert not poster.allows("http://hooks.slack.com/commands/T1/2/x")
