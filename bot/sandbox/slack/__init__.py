"""A local Slack for the demo, for tests and for any other program: see docs/sandbox-slack.md.

The one rule: a strict judge; what it accepts, Slack accepts.
"""

from bot.sandbox.slack.server import EmbeddedSlack
from bot.sandbox.slack.traffic import Call, Envelope, Violation

__all__ = ["Call", "EmbeddedSlack", "Envelope", "Violation"]
