"""Logs: what a token, a secret or a response_url could be is never written, however it got in."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import logs

HEADS = ("xoxb-", "xoxp-", "xoxe.xoxp-1-", "xapp-1-", "Bearer ", "https://hooks.slack.com/commands/T1/", "ticket=")
PIECES = st.text("abcdefABCDEF0123456789-_", min_size=8, max_size=30)
AROUND = st.sampled_from(["", " ", '"', "'", "{", "=", ": ", "\n", "url("])
SHAPES: list[Any] = [
    lambda text: text,
    lambda text: [text],
    lambda text: (1, {"deep": [text]}),
    lambda text: {text: "as a key"},
    lambda text: ValueError(text),
    lambda text: {"nested": ValueError(text)},
    lambda text: frozenset([text]),
    lambda text: text.encode(),
]


@pytest.fixture
def configured() -> Iterator[None]:
    """Logging as a program sets it up, and afterwards as pytest had it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@given(st.sampled_from(HEADS), PIECES, AROUND, AROUND, st.sampled_from(SHAPES))
def test_no_secret_comes_through_in_any_shape(head: str, piece: str, before: str, after: str, shape: Any) -> None:
    event = logs.redact(None, "info", {"event": "x", "problem": shape(f"so{before}{head}{piece}{after} it was")})
    assert piece not in repr(event)
    assert "it was" in repr(event)


@pytest.mark.parametrize(
    "key", ["token", "SLACK_BOT_TOKEN", "signing_secret", "Authorization", "response_url", "trigger_id"]
)
def test_what_is_called_a_secret_is_hidden_whatever_it_looks_like(key: str) -> None:
    assert logs.redact(None, "info", {key: "5e7c0b"}) == {key: "[hidden]"}
    assert logs.redact(None, "info", {"args": {key: ["5e7c0b"]}}) == {"args": {key: "[hidden]"}}


def test_what_is_no_secret_stays() -> None:
    event = {"event": "started", "count": 3, "ok": True, "none": None, "url": "http://127.0.0.1:8080", "list": [1, "a"]}
    assert logs.redact(None, "info", dict(event)) == event


def test_what_is_very_long_is_cut() -> None:
    cut = logs.redact(None, "info", {"body": "x" * 1_000_000, "exception": "y" * 1_000_000})
    assert [len(cut["body"]), len(cut["exception"])] == [2_000, 20_000]


@pytest.mark.parametrize("pretty", [False, True])
def test_a_traceback_shows_no_secret_and_no_local_variable(
    pretty: bool, configured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO", pretty=pretty)
    local_token = "5e7c0b5e7c0b"
    try:
        raise ValueError("Bearer xoxb-1234-5678")
    except ValueError:
        structlog.get_logger("x").exception("it_failed", attempt=2)
    written = capsys.readouterr().err
    assert "it_failed" in written
    assert "ValueError" in written
    assert "xoxb" not in written
    assert local_token not in written


def test_lines_are_json_with_time_and_level(configured: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", pretty=False)
    structlog.get_logger("x").info("started", delivery="socket")
    structlog.get_logger("x").debug("not shown")
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["delivery"]) == ("started", "info", "socket")
    assert told["timestamp"].endswith("Z")


def test_what_libraries_log_is_cleaned_too(configured: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", pretty=False)
    logging.getLogger("slack_bolt").warning(
        "Unhandled request (%s)", {"response_url": "https://hooks.slack.com/commands/T1/secret", "x": "xoxb-1-2-three"}
    )
    written = capsys.readouterr().err
    assert "Unhandled request" in written
    assert "secret" not in written
    assert "three" not in written
