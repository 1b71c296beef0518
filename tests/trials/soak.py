"""`make soak`: ten thousand wishes under random faults, story by story. The one rule: the seed is printed, and brings
the same steps again.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "faults")]

import psutil  # noqa: E402 - the path comes first
from abuse import Abuse  # noqa: E402
from aiohttp import web_app  # noqa: E402

STEPS = 150
"""Of one story; then everything has to be in order, and a new world begins."""


async def story(seed: int) -> int:
    """One story; how many wishes were acknowledged in it. Raises AssertionError with what did not hold."""
    abuse = Abuse(seed)
    steps: list[str] = []
    await abuse.open()
    try:
        for _ in range(STEPS):
            await abuse.random_step(steps.append)
        await abuse.check()
    except AssertionError as error:
        raise AssertionError(f"seed {seed}, after {steps[-12:]}: {error}") from error
    finally:
        await abuse.close()
        # aiohttp remembers the middlewares of every application there was, and each of ours holds a whole world.
        web_app._cached_build_middleware.cache_clear()
    return len(abuse.typed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wishes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    began, done, failed, seed = time.monotonic(), 0, 0, given.seed
    while done < given.wishes:
        try:
            done += asyncio.run(story(seed))
        except AssertionError as error:
            failed += 1
            print(error, flush=True)
            done += STEPS // 2
        seed += 1
        memory = psutil.Process().memory_info().rss >> 20
        print(f"{done} wishes, {seed - given.seed} stories, {failed} failed, {memory} MB", flush=True)
    print(f"{'FAILED' if failed else 'held'}: {done} wishes in {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
