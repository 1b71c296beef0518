"""`cutover-bot sandbox capydb`: the embedded CapyDB from the command line, until it is told to stop."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.sandbox.cutover.command import read_faults

from .server import EmbeddedCapyDB


async def serve(host: str, port: int, speed: float, faults: Path | None) -> None:
    """Serve until cancelled. Prints the address and the keys first."""
    capydb = EmbeddedCapyDB(port, speed, host=host)
    if faults:
        capydb.order(read_faults(faults))
    async with capydb:
        control = f"{capydb.url.removesuffix('/api/capydb')}/control/world"
        print(f"CapyDB is at {capydb.url} (speed {speed:g}); control at {control}")
        print(f"{'key':<26} project")
        for key in capydb.world.keys.values():
            print(f"{key.token:<26} {key.project_id or 'all'} ({', '.join(key.scopes)})")
        await asyncio.Event().wait()
