"""The strict judge of Block Kit: what passes here, Slack accepts.

The one rule: every refusal is a Finding with a JSON pointer and Slack's wording; nothing is repaired silently.
Limits are from docs.slack.dev/reference/block-kit and from what slack_sdk's own models enforce.
"""

from bot.sandbox.slack.blockkit.checks import Finding
from bot.sandbox.slack.blockkit.surfaces import check_message_blocks, check_options_answer, check_view
from bot.sandbox.slack.blockkit.tidy import fill_in

__all__ = ["Finding", "check_message_blocks", "check_options_answer", "check_view", "fill_in"]
