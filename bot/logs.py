"""Structured logs on stderr. The one rule: what a token, a secret or a response_url could be is never written."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

_SECRETS: Final = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|bearer\s+\S+|https?://hooks\.slack[^\s\"']*|/response/[^\s\"']+|ticket=[^\s&\"']+",
    re.IGNORECASE,
)
_KEYS: Final = re.compile(r"token|secret|authorization|response_url|trigger_id", re.IGNORECASE)
_LONGEST: Final = 2000


def configure(level: str, *, pretty: bool | None = None) -> None:
    """JSON lines, or for a person at a terminal coloured ones. `level`: DEBUG, INFO, WARNING or ERROR."""
    shown = sys.stderr.isatty() if pretty is None else pretty
    renderer = structlog.dev.ConsoleRenderer() if shown else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if shown else [structlog.processors.format_exc_info]),
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide secrets in every value; cut what is very long."""
    for key, value in event.items():
        if _KEYS.search(key):
            event[key] = "[hidden]"
        elif isinstance(value, str):
            event[key] = _SECRETS.sub("[hidden]", value)[: _LONGEST * 10 if key == "exception" else _LONGEST]
    return event
