"""What a Web API method is.

The one rule: `scopes` lists alternatives of which the app needs one; finer rules (by kind of conversation) are
in the method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.workspace import Workspace

Handler = Callable[[Workspace, Args], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """`tier` is Slack's rate tier (0: none here); `bearer` is bot, app or any (none needed)."""

    handler: Handler
    scopes: tuple[str, ...] = ()
    tier: int = 3
    bearer: str = "bot"
