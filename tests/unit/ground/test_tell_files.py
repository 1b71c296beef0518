"""A word and a file to somebody, on a Slack that answers what a test tells it to: trouble is told, nothing is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from ground_tools import CUT, ScriptedSlack, Step, ok, refused, serving

from bot.blocks.message import Message
from bot.clock import ManualClock
from bot.errors import BotError, SlackError
from bot.slack.files import Files, Upload
from bot.slack.tell import tell
from bot.slack.web import SlackWeb

SAID = Message("Done.", ())
FILE = Upload("plan.png", b"\x89PNG", "Plan", "A plan")


class Line:
    """A bot's two ways out to the scripted Slack."""

    def __init__(self, slack: ScriptedSlack, session: aiohttp.ClientSession, clock: ManualClock) -> None:
        self.slack = slack
        self.web = SlackWeb(session, f"{slack.url}/api/", "xoxb-1", clock)
        self.files = Files(session, self.web, f"{slack.url}/api/")

    @property
    def asked(self) -> list[str]:
        return [one.path.removeprefix("/api/") for one in self.slack.asked]


@pytest.fixture
async def line(session: aiohttp.ClientSession, clock: ManualClock) -> AsyncIterator[Line]:
    slack = ScriptedSlack()
    app = aiohttp.web.Application()
    app.router.add_route("*", "/{rest:.*}", slack.handle)
    async with serving(app) as url:
        slack.url = url
        yield Line(slack, session, clock)


async def test_a_person_is_told_beside_the_channel(line: Line) -> None:
    assert await tell(line.web, "U1", "C1", SAID) is True
    assert line.asked == ["chat.postEphemeral"]


async def test_who_is_not_in_the_channel_is_told_directly(line: Line) -> None:
    line.slack.then(refused("user_not_in_channel"), ok())
    assert await tell(line.web, "U1", "C1", SAID) is True
    assert line.asked == ["chat.postEphemeral", "chat.postMessage"]


async def test_without_a_channel_the_word_goes_directly(line: Line) -> None:
    assert await tell(line.web, "U1", "", SAID) is True
    assert line.asked == ["chat.postMessage"]


async def test_who_cannot_be_reached_is_told_as_such(line: Line) -> None:
    line.slack.then(refused("channel_not_found"), refused("account_inactive"))
    assert await tell(line.web, "U1", "C1", SAID) is False


def address(line: Line, **more: Any) -> Step:
    return ok(**{"upload_url": f"{line.slack.url}/upload/1", "file_id": "F1", **more})


async def test_a_file_goes_up_and_is_shown_in_its_channel(line: Line) -> None:
    line.slack.then(address(line), Step(), ok())
    await line.files.share("C1", [FILE], SAID)
    assert line.asked == ["files.getUploadURLExternal", "/upload/1", "files.completeUploadExternal"]
    assert line.slack.asked[1].raw == FILE.data
    assert "Authorization" not in line.slack.asked[1].headers, "the bot's token is for the Web API only"


async def test_a_file_for_a_person_comes_into_the_thread_of_its_message(line: Line) -> None:
    line.slack.then(address(line), Step(), ok(channel="D1", ts="1.2"), ok())
    await line.files.share("U1", [FILE], SAID)
    assert line.asked[2:] == ["chat.postMessage", "files.completeUploadExternal"]
    assert b"D1" in line.slack.asked[3].raw
    assert b"1.2" in line.slack.asked[3].raw


@pytest.mark.parametrize("where", ["", "http://evil.example/upload", "ftp://slack.example/x", "http://[::1", "//x"])
async def test_no_byte_goes_to_an_address_that_is_not_slack_s(line: Line, where: str) -> None:
    line.slack.then(address(line, upload_url=where))
    with pytest.raises(SlackError, match="unexpected_upload_url"):
        await line.files.upload([FILE])
    assert line.asked == ["files.getUploadURLExternal"]


@pytest.mark.parametrize("step", [Step(500), Step(302, headers={"Location": "/elsewhere"}), CUT])
async def test_bytes_that_do_not_arrive_are_shown_nowhere(line: Line, step: Step) -> None:
    line.slack.then(address(line), step)
    with pytest.raises(SlackError):
        await line.files.share("C1", [FILE], SAID)
    assert line.asked == ["files.getUploadURLExternal", "/upload/1"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("missing_scope", "may not post files"),
        ("not_in_channel", "not in this channel"),
        ("channel_not_found", "not in this channel"),
        ("is_archived", "not in this channel"),
        ("something_new", "something_new"),
    ],
)
async def test_a_refusal_is_explained(line: Line, error: str, said: str) -> None:
    line.slack.then(address(line), Step(), refused(error))
    with pytest.raises(BotError) as caught:
        await line.files.share("C1", [FILE], SAID)
    assert said in f"{caught.value} {caught.value.hint}"


async def test_where_the_last_step_gets_no_answer_it_says_so_and_is_not_repeated(line: Line) -> None:
    line.slack.then(address(line), Step(), CUT)
    with pytest.raises(BotError, match="no answer"):
        await line.files.share("C1", [FILE], SAID)
    assert line.asked.count("files.completeUploadExternal") == 1
