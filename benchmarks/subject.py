"""The bot under test, over HTTP, its channel linked. `python -m benchmarks.subject <fake url> <database>`."""

from __future__ import annotations

import asyncio
import json
import sys

from bot import logs
from bot.app import Bot
from bot.background import calm_memory
from bot.model import Text
from bot.settings import load
from bot.store import Link


async def main() -> None:
    """Serve until killed."""
    fake, database = sys.argv[1], sys.argv[2]
    logs.configure("WARNING", pretty=False)
    settings = load(
        _env_file=None,
        slack_bot_token="xoxb-bench",
        slack_app_token=None,
        slack_signing_secret="bench-secret",
        slack_api_url=f"{fake}/api/",
        cutover_api_url=fake,
        cutover_api_token="token",
        bot_database_url=f"sqlite:///{database}",
        bot_listen="127.0.0.1:0",
        bot_health_listen=None,
        bot_operators="U1DANA",
    )
    async with Bot(settings) as bot:
        await bot.links.save(Link("T1", "C1", "101", Text("Fail-over"), "U1DANA", 0.0, "1.1"))
        while not bot.team_id:
            await asyncio.sleep(0.01)
        calm_memory()
        print(json.dumps({"url": bot.url}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
