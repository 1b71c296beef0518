"""The embedded Cutover: a real server over a small world, for tests, demos and work without an instance.

It imports nothing else of the bot, so that a mistake made there is not made here too.
"""

from .server import EmbeddedCutover, Seen

__all__ = ["EmbeddedCutover", "Seen"]
