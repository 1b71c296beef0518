"""The Web API methods, by family.

The one rule: a method is a plain function of the workspace and its arguments; tokens, scopes, limits, faults
and the record of calls are handled once, in `webapi`.
"""

from typing import Final

from bot.sandbox.slack.methods import (
    basics,
    chat,
    conversations,
    files,
    marks,
    membership,
    people,
    timed,
    view_calls,
)
from bot.sandbox.slack.methods.base import Method

METHODS: Final[dict[str, Method]] = {
    **basics.METHODS,
    **chat.METHODS,
    **timed.METHODS,
    **conversations.METHODS,
    **membership.METHODS,
    **people.METHODS,
    **view_calls.METHODS,
    **marks.METHODS,
    **files.METHODS,
}

__all__ = ["METHODS", "Method"]
