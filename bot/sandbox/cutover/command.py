"""`cutover-bot sandbox cutover`: the embedded Cutover from the command line, until it is told to stop."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from .server import EmbeddedCutover


def table(cutover: EmbeddedCutover) -> str:
    """The people of the world with their tokens, as text."""
    lines = [f"{'person':<7} {'name':<16} {'e-mail':<30} token"]
    for person in cutover.world.people.values():
        token = "archived" if person.archived else cutover.tokens[person.key]
        lines.append(f"{person.key:<7} {person.name:<16} {person.email:<30} {token}")
    return "\n".join(lines)


def read_faults(path: str | Path) -> list[dict[str, object]]:
    """Orders from a fault file: `{"faults": [...]}` as the control interface takes it, or the list alone."""
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    orders: list[dict[str, object]] = found["faults"] if isinstance(found, dict) else found
    return orders


async def serve(
    host: str = "127.0.0.1",
    port: int = 8900,
    world: str = "failover",
    speed: float = 1.0,
    state: str | Path | None = None,
    faults: str | Path | None = None,
    events_url: str | None = None,
    events_secret: str | None = None,
    additions: bool = True,
) -> None:
    """Serve until cancelled. Prints the address and the people with their tokens first."""
    cutover = EmbeddedCutover(
        world=world,
        port=port,
        speed=speed,
        additions=additions,
        state=state,
        events_url=events_url,
        events_secret=events_secret,
        host=host,
    )
    if faults:
        cutover.order(read_faults(faults))
    async with cutover:
        print(f"Cutover is at {cutover.url} (world {world}, speed {speed:g}); control at {cutover.url}/control/world")
        print(table(cutover), flush=True)
        await asyncio.Event().wait()
