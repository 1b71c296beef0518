"""The archive's floor on httpx, the client most integrations use: every page of every list, read and thrown away.

`python httpx_floor.py URL TOKEN CONNECTIONS`, in the peers' environment; the last line is JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections import deque
from typing import Any

import httpx

LISTS = ("tasks?page[size]=100", "streams", "comments", "runbook_teams")
TOP = ("runbook_types", "task_types", "teams", "users", "custom_fields", "roles")


async def floor(url: str, token: str, connections: int) -> dict[str, int]:
    """Requests and rows; `links.next` and ids are all that is looked at."""
    counts = {"requests": 0, "rows": 0}
    headers = {"Authorization": f"Bearer {token}", "Api-Version": "2022-02-22"}

    async def whole(path: str) -> list[Any]:
        found: list[Any] = []
        target: str | None = f"{url}/core/{path}"
        while target:
            reply = await client.get(target)
            counts["requests"] += 1
            if reply.status_code != 200:
                return found
            page = reply.json()
            counts["rows"] += len(page["data"])
            found += [one["id"] for one in page["data"]]
            target = page["links"].get("next")
        return found

    async def some(waiting: deque[str]) -> None:
        while waiting:
            await whole(waiting.popleft())

    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(headers=headers, limits=limits, timeout=60) as client:
        places = await whole("workspaces")
        top = deque([*TOP, *(f"workspaces/{one}/folders" for one in places)])
        await asyncio.gather(*(some(top) for _ in range(connections)))
        lists = deque(f"runbooks/{one}/{name}" for one in await whole("runbooks") for name in LISTS)
        await asyncio.gather(*(some(lists) for _ in range(connections)))
    return counts


def main() -> None:
    began = time.perf_counter()
    counts = asyncio.run(floor(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    used = resource.getrusage(resource.RUSAGE_SELF)
    numbers = {"wall s": time.perf_counter() - began, "CPU s": used.ru_utime + used.ru_stime}
    print(json.dumps({**numbers, "memory MB": used.ru_maxrss * 1024 / 1e6, **counts}))


if __name__ == "__main__":
    main()
