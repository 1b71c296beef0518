"""People press while everything goes wrong, and what must hold all the same: shared by the state machine and the soak.

Over the real bot between the embedded servers, with a clock that skips short waits. `check` proves, once everything
works again: one effect a wish, an answer for each acknowledged wish, no effect without a permission on record, nothing
left over, an audit trail that is whole, and no payload that Slack would refuse.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from fault_world import HastyClock
from stage import DANA, FAILOVER, GIL, IVAN, MEI, SAM, Stage, open_stage

from bot.journal.verify import verify
from bot.store.tables import inbox, intents

PEOPLE = (DANA, SAM, MEI, IVAN, GIL)
GUEST = GIL
_SETTLED = 26.0
"""Seconds after which recovery settles what is open."""
CUTOVER_FAULTS: dict[str, Any] = {
    "cut before": {"method": "PATCH|POST", "do": {"cut": "before"}},
    "cut after": {"method": "PATCH|POST", "do": {"cut": "after"}},
    "write 500": {"method": "PATCH|POST", "do": {"status": 500, "html": "<h1>Oops</h1>"}},
    "limited": {"do": {"status": 429, "headers": {"Retry-After": "1"}}},
    "read 503": {"method": "GET", "times": 2, "do": {"status": 503}},
    "read cut": {"method": "GET", "times": 4, "do": {"cut": "after"}},
    "read html": {"method": "GET", "do": {"status": 200, "html": "<h1>Sign in</h1>"}},
    "read torn": {"method": "GET", "times": 2, "do": {"break_page": 1, "how": "truncated"}},
}
SLACK_FAULTS: dict[str, Any] = {
    "twice": {"on": "delivery", "do": {"duplicate": 2}},
    "dropped": {"on": "delivery", "do": {"drop": True}},
    "reset": {"on": "socket", "do": {"reset": True}},
    "refresh": {"on": "socket", "do": {"disconnect": "refresh_requested"}},
    "answer 500": {"on": "response_url", "do": {"status": 500}},
    "answer gone": {"on": "response_url", "do": {"status": 404}},
}
FAULTS = (*CUTOVER_FAULTS, *SLACK_FAULTS)
VERBS = ("start", "finish", "skip", "comment", "status", "show", "list")


class Abuse:
    """One story. `number` makes the words of its comments its own."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._stack = AsyncExitStack()
        self.number = 0
        self.typed: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.stage: Stage

    async def open(self) -> None:
        """A running rehearsal in a channel that everybody reads."""
        structlog.configure(processors=[_silence])
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.stage, running = await open_stage(folder, clock=HastyClock())
        await self._stack.enter_async_context(running)
        await self.stage.run()
        for task in self.stage.cutover.world.runbooks["101"].tasks.values():
            task.people.clear()  # whoever presses may
        self._read = Counter({person: len(self._messages(person)) for person in PEOPLE})

    async def close(self) -> None:
        await self._stack.aclose()

    # ---- what happens
    async def type(self, verb: str, user: str, task: str = "") -> None:
        """A command; Slack's word on its delivery is waited for, the bot's answer is not."""
        self.number += 1
        word = f"word{self.number}x{self._chance.randrange(10**9)}"
        name, text = {
            "start": ("/task", f"start {task}"),
            "finish": ("/task", f"finish {task}"),
            "skip": ("/task", f"skip {task} {word}"),
            "comment": ("/task", f"comment {task} {word}"),
            "status": ("/runbook", f"status {self._chance.choice(['red', 'amber', 'green'])} {word}"),
            "show": ("/task", f"show {task}"),
            "list": ("/task", "list"),
        }[verb]
        if verb == "comment":
            self.words.append(word)
        before = len(self.stage.slack.envelopes)
        await self.stage.slack.command(user, FAILOVER, name, text)
        if any(one.acked for one in self.stage.slack.envelopes[before:]):
            self.typed.append((user, text))

    def some_task(self) -> str:
        """One that something can be done with, most of the time."""
        tasks = list(self.stage.cutover.world.runbooks["101"].tasks.values())
        lively = [task for task in tasks if str(task.stage) in ("startable", "in_progress")]
        return str(self._chance.choice(lively if lively and self._chance.random() < 0.8 else tasks).id)

    async def trouble(self, kind: str) -> None:
        """Order a fault; it meets whoever comes next."""
        if kind in CUTOVER_FAULTS:
            self.stage.cutover.order([CUTOVER_FAULTS[kind]])
            return
        await self.stage.slack.order([SLACK_FAULTS[kind]])
        if kind in ("reset", "refresh"):
            await self.stage.until(self.stage.bot.socket.connected.is_set)  # type: ignore[union-attr]

    async def restart(self) -> None:
        await self.stage.stop()
        await self.stage.start()

    async def pass_time(self, seconds: float) -> None:
        self.stage.clock.advance(seconds)  # type: ignore[union-attr]
        await self.stage.settle()

    # ---- what must hold
    async def check(self) -> None:
        """Take all faults back, let recovery work, and prove the promises. Raises AssertionError."""
        self.stage.cutover.forget_faults()
        self.stage.slack.forget_faults()
        await self.stage.until(self.stage.bot.socket.connected.is_set)  # type: ignore[union-attr]
        await self.stage.settle()
        for _ in range(6):
            if not await self._left_over():
                break
            await self.pass_time(_SETTLED)
            await self.stage.bot.recovery.settle_open()
            await self.stage.bot.recovery.sign_missing()
            await self.stage.settle()
        assert await self._left_over() == []
        await self._one_effect_each()
        self._everybody_was_answered()
        assert not self.stage.slack.violations, self.stage.slack.violations[:3]
        await self.stage.bot.journal.flush()
        while await self.stage.bot.trail.append():
            pass
        report = await self.stage.bot.database.read(verify)
        assert report.problems == []

    async def rows(self, table: sa.Table) -> list[dict[str, Any]]:
        await self.stage.bot.journal.flush()
        found = await self.stage.bot.database.read(lambda c: c.execute(table.select()).mappings().all())
        return [dict(row) for row in found]

    async def _left_over(self) -> list[str]:
        open_ = [f"intent {row['verb']}" for row in await self.rows(intents) if row["state"] in ("open", "unknown")]
        kept = [f"delivery {row['kind']}" for row in await self.rows(inbox) if row["done_at"] is None]
        return open_ + kept

    async def _one_effect_each(self) -> None:
        wished = await self.rows(intents)
        comments = [c.content for made in self.stage.cutover.world.comments.values() for c in made]
        for word in self.words:
            assert sum(word in content for content in comments) <= 1, f"{word} stands there twice"
        done = Counter((row["verb"], row["task_id"]) for row in wished if row["state"] == "done")
        for task in self.stage.cutover.world.runbooks["101"].tasks.values():
            assert done["task.start", task.id] <= 1, f"{task.id} was started twice"
            assert done["task.finish", task.id] <= 1, f"{task.id} was finished twice"
        signed = Counter(
            found for content in comments for found in re.findall(r"(?:Started|Finished) from Slack by .*", content)
        )
        assert sum(signed.values()) <= sum(done[key] for key in done if key[0] in ("task.start", "task.finish"))
        self._nothing_without_permission(wished)

    def _nothing_without_permission(self, wished: list[dict[str, Any]]) -> None:
        """Each write that reached Cutover belongs to an intent whose permission stands in its record."""
        assert [row for row in wished if row["user_id"] == GUEST] == []
        assert [row for row in wished if not json.loads(row["origin"]).get("allowed")] == []
        targets = {(row["verb"].partition(".")[2], row["task_id"]) for row in wished}
        for seen in self.stage.cutover.requests:
            found = re.search(r"/tasks/(\w+)/(start|finish|skip)$", seen.path)
            if found and seen.method != "GET":
                assert (found[2], found[1]) in targets, f"{seen.path} without an intent"

    def _everybody_was_answered(self) -> None:
        asked = Counter(user for user, _ in self.typed)
        for person, times in asked.items():
            answers = len(self._messages(person)) - self._read[person]
            assert answers >= times, f"{person}: {answers} answers to {times} wishes"

    def _messages(self, person: str) -> list[dict[str, Any]]:
        """What this person alone was told, here or directly."""
        channels = self.stage.slack.screen(person)["channels"]
        return [
            one
            for channel, shown in channels.items()
            if channel == FAILOVER or channel.startswith("D")
            for one in shown["messages"]
        ]

    async def random_step(self, doing: Callable[[str], None] = lambda what: None) -> None:
        """Anything of the above, pressing most often."""
        chance = self._chance
        draw = chance.random()
        if draw < 0.66:
            verb, user = chance.choice(VERBS), chance.choice(PEOPLE)
            doing(f"{user} {verb}")
            await self.type(verb, user, self.some_task())
        elif draw < 0.93:
            kind = chance.choice(FAULTS)
            if kind == "dropped" and chance.random() < 0.9:
                kind = "twice"  # Slack waits three real seconds for what never arrives
            doing(kind)
            await self.trouble(kind)
        elif draw < 0.98:
            doing("time")
            await self.pass_time(chance.choice([1.0, 6.0, 26.0]))
        else:
            doing("restart")
            await self.restart()


def _silence(_logger: Any, _name: str, _line: Any) -> Any:
    raise structlog.DropEvent
