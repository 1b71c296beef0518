"""The Bolt app. The one rule: Bolt dispatches, everything else around it is ours."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult


def make_bolt(token: str) -> AsyncApp:
    """Bolt without its own middleware: the signature was checked before, one workspace needs no look-up."""
    result = AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

    async def authorize() -> AuthorizeResult:
        return result

    return AsyncApp(
        name="cutover",
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
    )
