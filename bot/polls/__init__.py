"""Go/no-go polls that are tied to a task."""

from bot.polls.polls import Polls

__all__ = ["Polls"]
