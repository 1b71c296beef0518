"""The floor of the archive: every page of every list, read and thrown away. The one rule: nothing but the standard
library, so that it runs on any client's environment.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

LISTS = ("tasks?page[size]=100", "streams", "comments", "runbook_teams")
TOP = ("runbook_types", "task_types", "teams", "users", "custom_fields", "roles")
Get = Callable[[str], Awaitable[tuple[int, Any]]]
"""Status and decoded body of an address."""


def headers(token: str) -> dict[str, str]:
    """What each request carries."""
    return {"Authorization": f"Bearer {token}", "Api-Version": "2022-02-22"}


async def crawl(get: Get, url: str, connections: int) -> dict[str, int]:
    """Numbers of requests and rows; `links.next` and ids are all that is looked at."""
    counts = {"requests": 0, "rows": 0}

    async def whole(path: str) -> list[Any]:
        found: list[Any] = []
        target: str | None = f"{url}/core/{path}"
        while target:
            status, page = await get(target)
            counts["requests"] += 1
            if status != 200:
                return found
            counts["rows"] += len(page["data"])
            found += [one["id"] for one in page["data"]]
            target = page["links"].get("next")
        return found

    async def some(waiting: deque[str]) -> None:
        while waiting:
            await whole(waiting.popleft())

    async def together(paths: deque[str]) -> None:
        await asyncio.gather(*(some(paths) for _ in range(connections)))

    places = await whole("workspaces")
    await together(deque([*TOP, *(f"workspaces/{one}/folders" for one in places)]))
    await together(deque(f"runbooks/{one}/{name}" for one in await whole("runbooks") for name in LISTS))
    return counts
