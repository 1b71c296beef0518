"""Snapshots of a fail-over under way, small and big, with what a half hour changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bot.blocks.digest_post import DigestView, digest
from bot.blocks.live_board import live_board
from bot.blocks.message import Message
from bot.digest.summary import summarise
from bot.model import Ref, TaskType, Text
from bot.model.snapshot import RunbookState, Snapshot, StreamState, TaskState

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
MILESTONE = TaskType(id="9", name=Text("Milestone"), key="milestone")
NORMAL = TaskType(id="1", name=Text("Normal"), key="normal")
TYPES = (NORMAL, MILESTONE)


def at(minutes: float) -> str:
    """So many minutes after NOW, as Cutover writes it."""
    return (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def book(text: str = "DC North to DC South fail-over", **changes: Any) -> RunbookState:
    made = RunbookState(
        id="101",
        name=text,
        stage="active",
        status="amber",
        status_message="Replication is behind",
        status_updated_at=at(-12),
        run_type="rehearsal",
        timezone="Europe/London",
        start_planned=at(-60),
        start_actual=at(-50),
        end_planned=at(180),
        end_forecast=at(205),
        updated_at=at(-1),
    )
    return msgspec.structs.replace(made, **changes)


def task(number: int, text: str, stage: str = "default", stream: str = "5", **changes: Any) -> TaskState:
    made = TaskState(
        id=str(400 + number),
        name=text,
        stage=stage,
        stream_id=stream,
        task_type_id="1",
        assignees=("user:3",),
        start_planned=at(number * 5 - 60),
        end_planned=at(number * 5 - 45),
        duration=900,
        number=number,
        is_late=False,
        updated_at=at(-20),
    )
    return msgspec.structs.replace(made, **changes)


def running(number: int, text: str, stream: str = "5", **changes: Any) -> TaskState:
    return task(number, text, "in_progress", stream, **{"start_actual": at(-20), "end_planned": at(-5)} | changes)


def done(number: int, text: str, stream: str = "5", **changes: Any) -> TaskState:
    ended = {"completion_type": "complete_normal", "start_actual": at(-45), "end_actual": at(-30)}
    return task(number, text, "complete", stream, **ended | changes)


def streams(text: str | None = None) -> dict[str, StreamState]:
    reason = text or "Replication lag 40 s"
    made = [
        StreamState("4", text or "Network", "green"),
        StreamState("41", text or "Core switches", "off", parent_id="4"),
        StreamState("5", text or "Database", "amber", reason, at(-12)),
        StreamState("6", text or "Applications", "off"),
    ]
    return {one.id: one for one in made}


def snapshot(text: str | None = None, tasks: tuple[TaskState, ...] | None = None, **changes: Any) -> Snapshot:
    """A run at 22:30 with something of everything; `text` wherever a name comes from outside."""

    def called(name: str) -> str:
        return text if text is not None else name

    if tasks is None:
        tasks = (
            done(1, called("Open the bridge and call the roll"), "4"),
            done(2, called("Back up core switch configuration"), "41"),
            done(3, called("Freeze changes"), "6", completion_type="complete_skipped"),
            running(4, called("Stop replication on the primary"), is_late=True, assignees=("user:3", "runbook_team:8")),
            running(5, called("Drain the message queues"), "6", start_actual=at(-3), end_planned=at(12)),
            task(6, called("Promote the standby"), "startable", "5", start_planned=at(-2), is_late=True),
            task(7, called("Move the virtual address"), "startable", "41", assignees=(), start_planned=at(5)),
            *(task(number, called(f"Start application {number}"), "default", "6") for number in range(8, 14)),
            task(14, called("Go or no-go"), "default", "4", task_type_id="9", start_planned=at(40), end_planned=at(40)),
            task(15, called("Fail-over done"), "default", "4", task_type_id="9", end_planned=at(150)),
        )
    runbook = book(text, status_message=text) if text is not None else book()
    return Snapshot(
        msgspec.structs.replace(runbook, **changes), streams(text), {one.id: one for one in tasks}, NOW.timestamp()
    )


def big(tasks: int = 10_000, lanes: int = 60) -> Snapshot:
    """Ten thousand tasks in sixty streams, a tenth of them running, with red and amber at the end of the list."""
    colours = {lanes - 1: "red", lanes - 2: "amber"}
    kinds = ("complete", "complete", "complete", "in_progress", "startable", *["default"] * 5)
    made = [
        task(
            n,
            f"Task number {n} of the big move",
            kinds[n % 10],
            str(n % lanes),
            start_actual=at(-n % 50),
            is_late=n % 97 == 3,
        )
        for n in range(tasks)
    ]
    rows = [StreamState(str(n), f"Workstream {n:02d}", colours.get(n, "off")) for n in range(lanes)]
    return Snapshot(book(), {one.id: one for one in rows}, {one.id: one for one in made}, NOW.timestamp())


def names(text: str | None = None) -> dict[Ref, Text]:
    return {Ref("user", "3"): Text(text or "Mei Lin"), Ref("runbook_team", "8"): Text(text or "Database services")}


def board(made: Snapshot, text: str | None = None, **more: Any) -> Message:
    return live_board(made, names(text), NOW, task_types=TYPES, **more)


def earlier(text: str | None = None, **changes: Any) -> Snapshot:
    """The same run half an hour before `snapshot`."""
    new = snapshot(text)
    tasks = dict(new.tasks)
    for number in (1, 2):
        tasks[str(400 + number)] = task(
            number, tasks[str(400 + number)].name, "in_progress", tasks[str(400 + number)].stream_id or ""
        )
    for number in (3, 4, 5, 6, 7):
        old = tasks[str(400 + number)]
        tasks[str(400 + number)] = task(number, old.name, "default", old.stream_id or "")
    tasks["499"] = task(99, text or "Taken out", "default", "6")
    del tasks["413"]
    lanes = streams(text) | {
        "5": StreamState("5", text or "Database", "green"),
        "4": StreamState("4", text or "Network", "off"),
    }
    before = {"status": "green", "status_message": "", "end_forecast": at(195)} | changes
    runbook = msgspec.structs.replace(new.runbook, **before)
    return Snapshot(runbook, lanes, tasks, (NOW - timedelta(minutes=30)).timestamp())


def summary(old: Snapshot | None, new: Snapshot, **more: Any) -> Any:
    return summarise(old, new, NOW, task_types=TYPES, **more)


def post(old: Snapshot | None, new: Snapshot, text: str | None = None, **more: Any) -> Message:
    asked = {key: more.pop(key) for key in ("streams", "status_minutes") if key in more}
    return digest(DigestView(summary(old, new, **asked), NOW, names(text), **more))
