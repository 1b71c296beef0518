"""A Socket Mode session that says nothing may be deaf: a new one takes over before the old one goes."""

from __future__ import annotations

import aiohttp
import pytest
from ground_tools import HastyClock, ScriptedSlack, ok, refused
from test_socket import Line, command, links, opened

from bot.sandbox.slack import EmbeddedSlack
from bot.slack import socket as module
from bot.slack.web import SlackWeb


async def test_a_session_that_may_be_deaf_is_replaced_and_the_new_one_hears(
    slack: EmbeddedSlack, session: aiohttp.ClientSession, hasty: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module._SILENT < 60
    monkeypatch.setattr(module, "_SILENT", 0.05)
    monkeypatch.setattr(module, "_GRACE", 0.01)
    line = Line(session, slack.api_url, slack.app_token, hasty)
    await slack.until(lambda: opened(slack) >= 3)
    assert line.socket.connected.is_set()
    assert (await command(slack)).acked
    monkeypatch.setattr(module, "_SILENT", 1000.0)
    await slack.until(lambda: links(slack) == 1)
    assert (await command(slack)).acked
    assert len(line.ear.heard) == 2
    await line.end()


async def test_a_silent_session_stays_until_there_is_another(
    scripted: ScriptedSlack,
    session: aiohttp.ClientSession,
    hasty: HastyClock,
    slack: EmbeddedSlack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_SILENT", 0.05)
    first = await slack_url(slack, session)
    scripted.then(ok(url=first), refused("too_many_websockets"))
    line = Line(session, scripted.url, "xapp-1", hasty)
    await slack.until(lambda: len(scripted.asked) >= 5)
    assert line.socket.connected.is_set()
    assert links(slack) == 1
    assert (await command(slack)).acked
    assert hasty.slept[-1] > hasty.slept[0] > 0.3
    await line.end()


async def slack_url(slack: EmbeddedSlack, session: aiohttp.ClientSession) -> str:
    """An address for one connection, as `apps.connections.open` gives it."""
    answer = await SlackWeb(session, slack.api_url, slack.app_token, HastyClock()).call("apps.connections.open")
    return str(answer["url"])
