"""The Bolt app. The one rule: Bolt dispatches, everything else around it is ours."""

from __future__ import annotations

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult


def make_bolt(token: str) -> AsyncApp:
    """Bolt without its own middleware: the signature was checked before, one workspace needs no look-up."""
    result = AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

    async def authorize() -> AuthorizeResult:
        return result

    logger = logging.getLogger("slack_bolt.cutover")
    logger.addFilter(_is_news)
    return AsyncApp(
        name="cutover",
        logger=logger,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
    )


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt finds SLACK_BOT_TOKEN in the environment by itself, and warns at each start that it leaves it alone."""
    return "SLACK_BOT_TOKEN env variable" not in record.getMessage()
