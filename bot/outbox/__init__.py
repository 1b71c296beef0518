"""Posts to channels. The one rule: this is the only writer to channels; a letter is on disk before it is sent."""

from bot.outbox.outbox import Outbox

__all__ = ["Outbox"]
