"""What `cutover-bot sandbox slack` runs.

The one rule: it prints all that another terminal needs to connect, and ends when it is cancelled.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.sandbox.slack.server import EmbeddedSlack


async def serve(
    host: str,
    port: int,
    delivery: str = "socket",
    request_url: str | None = None,
    manifest: str | Path | None = None,
    limits: bool = True,
) -> None:
    """Run the embedded Slack until cancelled. OSError when the port is taken, ValueError for a bad manifest."""
    slack = EmbeddedSlack(
        port=port, delivery=delivery, request_url=request_url, manifest=manifest, limits=limits, host=host
    )
    async with slack:
        print(banner(slack, delivery), flush=True)
        await asyncio.Event().wait()


def banner(slack: EmbeddedSlack, delivery: str) -> str:
    """The page's address and the settings for the app, one a line, ready for a `.env` file."""
    lines = [f"# Slack sandbox: open {slack.url}/ in a browser", f"SLACK_API_URL={slack.api_url}"]
    lines.append(f"SLACK_BOT_TOKEN={slack.bot_token}")
    if delivery == "socket":
        lines.append(f"SLACK_APP_TOKEN={slack.app_token}")
    else:
        lines.append(f"SLACK_SIGNING_SECRET={slack.signing_secret}")
    return "\n".join(lines)
