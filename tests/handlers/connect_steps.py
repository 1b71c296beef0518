"""Steps that the tests of own tokens share: a bot with keys, and connecting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from stage import DANA, IVAN, MEI, SAM, Stage, open_stage

from bot.identity.vault import make_key
from bot.store.tables import accounts

KEYS = {DANA: "dana", SAM: "sam", MEI: "mei", IVAN: "ivan"}


@asynccontextmanager
async def linked_stage(folder: Path, run_type: str = "rehearsal", **settings: Any) -> AsyncIterator[Stage]:
    """A bot with keys, its fail-over under way; at the end Slack must have found nothing wrong."""
    stage, stack = await open_stage(folder, **{"bot_encryption_keys": make_key(), **settings})
    async with stack:
        await stage.run(run_type)
        yield stage
        assert not stage.slack.violations, stage.slack.violations


async def opened(stage: Stage, user: str = SAM) -> dict[str, Any]:
    """The form."""
    await stage.command("/cutover connect", user=user)
    return stage.view(user)


def field(view: dict[str, Any]) -> str:
    """The block that takes the token."""
    (block,) = [one["block_id"] for one in view["blocks"] if one["type"] == "input"]
    return str(block)


async def connect(stage: Stage, user: str = SAM, token: str | None = None) -> str:
    """Type the command, paste the token, press Connect; the bot's ack and what the modal says then."""
    view = await opened(stage, user)
    given = token if token is not None else stage.cutover.tokens[KEYS[user]]
    done = await stage.submit({field(view): {"input": given}}, user=user)
    return f"{done.get('answer')} {stage.view_text(user)}"


async def rows(stage: Stage) -> list[dict[str, Any]]:
    """What is kept of connected people."""
    found = await stage.bot.database.read(lambda c: c.execute(accounts.select()).mappings().all())
    return [dict(row) for row in found]
