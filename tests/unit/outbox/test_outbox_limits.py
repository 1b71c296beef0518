"""Against a Slack that counts: what the outbox sends never passes the documented limits."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from outbox_tools import Mail

from bot import manifest
from bot.clock import ManualClock
from bot.sandbox.slack import EmbeddedSlack
from bot.slack.web import SlackWeb
from bot.store import Database

CHANNELS = ("C0GENERAL01", "C0DCFAILOVR")


@pytest.fixture
async def slack() -> AsyncIterator[EmbeddedSlack]:
    async with EmbeddedSlack(manifest=manifest.build(), limits=True) as one:
        yield one


@pytest.fixture
async def counted(slack: EmbeddedSlack, database: Database, clock: ManualClock) -> AsyncIterator[Mail]:
    async with aiohttp.ClientSession() as session:
        yield Mail(database, SlackWeb(session, slack.api_url, slack.bot_token, clock), clock)  # type: ignore[arg-type]


async def second(mail: Mail, slack: EmbeddedSlack) -> None:
    """A second passes for both."""
    slack.clock.advance(1)
    await mail.send(1)


async def test_posts_and_edits_of_a_busy_run_meet_no_429(slack: EmbeddedSlack, counted: Mail) -> None:
    for channel in CHANNELS:
        await counted.put(*(f"{channel} {number}" for number in range(60)), channel=channel)
    for number in range(150):
        for channel in CHANNELS:
            await counted.put(f"board {number}", key=f"{channel} board {number}", channel=channel, slot="board")
            await counted.put(
                f"card {number}", key=f"{channel} card {number}", channel=channel, slot="card", urgent=True
            )
        await second(counted, slack)
    while await counted.outbox.waiting():
        await second(counted, slack)
    assert [call for call in slack.calls if call.status == 429] == []
    methods = [call.method for call in slack.calls]
    assert methods.count("chat.postMessage") == 2 * 62
    assert 80 < methods.count("chat.update") < 160
    for channel in CHANNELS:
        texts = [one["text"] for one in slack.screen("U0DANA00001", channel)["channels"][channel]["messages"]]
        assert {"board 149", "card 149"} < set(texts)
