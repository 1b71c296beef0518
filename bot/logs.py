"""Structured logs on stderr. The one rule: what a token, a secret or a response_url could be is never written."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
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
    person = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = person if shown else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,  # also for a person: the pretty one prints local variables
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class _Redacting(logging.Formatter):
    """What libraries log, Bolt's complaints with whole payloads in them included."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRETS.sub("[hidden]", super().format(record))[: _LONGEST * 10]


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide secrets in every value, however deep; cut what is very long."""
    for key, value in event.items():
        event[key] = _clean(key, value, _LONGEST * 10 if key == "exception" else _LONGEST)
    return event


def _clean(key: str, value: Any, longest: int) -> Any:
    if _KEYS.search(key):
        return "[hidden]"
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {_clean("", str(name), longest): _clean(str(name), inner, longest) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", inner, longest) for inner in value]
    return _SECRETS.sub("[hidden]", str(value))[:longest]
