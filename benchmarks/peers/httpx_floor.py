"""The archive's floor on httpx, the client most integrations use.

`python -m benchmarks.peers.httpx_floor URL TOKEN CONNECTIONS`, in the peers' environment; the last line is JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from typing import Any

import httpx

from benchmarks.archive_floor import crawl, headers


async def floor(url: str, token: str, connections: int) -> dict[str, int]:
    """Numbers of requests and rows."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(headers=headers(token), limits=limits, timeout=60) as client:

        async def get(target: str) -> tuple[int, Any]:
            reply = await client.get(target)
            return reply.status_code, reply.json()

        return await crawl(get, url, connections)


def main() -> None:
    began = time.perf_counter()
    counts = asyncio.run(floor(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    used = resource.getrusage(resource.RUSAGE_SELF)
    numbers = {"wall s": time.perf_counter() - began, "CPU s": used.ru_utime + used.ru_stime}
    print(json.dumps({**numbers, "memory MB": used.ru_maxrss * 1024 / 1e6, **counts}))


if __name__ == "__main__":
    main()
