"""Bolt between our front and our listeners: it says nothing that helps nobody."""

from __future__ import annotations

import pytest

from bot.slack.bolt import make_bolt


def test_a_token_in_the_environment_is_no_news(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-abc")
    app = make_bolt("xoxb-1-abc")
    assert caplog.records == []
    app.logger.warning("heard")
    assert [record.getMessage() for record in caplog.records] == ["heard"]
