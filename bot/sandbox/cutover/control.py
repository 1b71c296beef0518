"""The control interface of the embedded Cutover: HTTP and JSON for tests, demos and other programs. No token:
loopback only.

Answers are {"ok": true, ...} or {"ok": false, "error": "<sentence>"} with status 400 or, where Cutover refuses
an act, 422.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from . import access, presses, taskedit
from .clock import iso
from .errors import Refusal
from .runbook import Runbook, Stream, Task
from .things import Person

if TYPE_CHECKING:
    from .server import EmbeddedCutover

Act = Callable[["EmbeddedCutover", dict[str, Any]], dict[str, Any]]


def routes(cutover: EmbeddedCutover) -> list[web.RouteDef]:
    """The routes of the control interface."""

    def bind(method: str, path: str, act: Act) -> web.RouteDef:
        async def handle(request: web.Request) -> web.Response:
            return _run(cutover, act, await request.read(), dict(request.query))

        return web.route(method, f"/control/{path}", handle)

    return [
        bind("GET", "world", world),
        bind("GET", "requests", requests),
        bind("DELETE", "requests", forget_requests),
        bind("POST", "faults", order_faults),
        bind("GET", "faults", list_faults),
        bind("DELETE", "faults", forget_faults),
        bind("POST", "limit", limit),
        bind("POST", "clock", clock),
        bind("POST", "tick", tick),
        bind("POST", "act", act),
        bind("POST", "reset", reset),
    ]


def _run(cutover: EmbeddedCutover, act: Act, raw: bytes, query: dict[str, str]) -> web.Response:
    try:
        body = orjson.loads(raw) if raw.strip() else {}
        if not isinstance(body, dict):
            raise ValueError("the body is a JSON object")
        return web.json_response({"ok": True, **act(cutover, {**query, **body})}, dumps=_dumps)
    except Refusal as refusal:
        problem = {"ok": False, "error": str(refusal), **refusal.body()}
        return web.json_response(problem, status=422, dumps=_dumps)
    except (ValueError, TypeError, KeyError, AttributeError, StopIteration) as error:
        return web.json_response({"ok": False, "error": f"{type(error).__name__}: {error}"}, status=400, dumps=_dumps)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def world(cutover: EmbeddedCutover, _: dict[str, Any]) -> dict[str, Any]:
    """People with tokens, runbooks with their tasks in short, the time."""
    tokens = cutover.tokens
    people = [
        {"id": p.id, "key": p.key, "name": p.name, "email": p.email, "roles": p.roles, "token": tokens[p.key]}
        | {"archived": p.archived, "locked": p.locked_at is not None}
        for p in cutover.world.people.values()
    ]
    runbooks = [_short(cutover, runbook) for runbook in cutover.world.runbooks.values()]
    at = cutover.clock.now()
    return {
        "now": at,
        "time": iso(at),
        "speed": cutover.speed,
        "additions": cutover.additions,
        "people": people,
        "runbooks": runbooks,
    }


def _short(cutover: EmbeddedCutover, runbook: Runbook) -> dict[str, Any]:
    stages: dict[str, int] = {}
    for task in runbook.tasks.values():
        stages[task.stage] = stages.get(task.stage, 0) + 1
    people = cutover.world.people.values()
    roles = {p.key: access.role(p, runbook) for p in people if access.role(p, runbook) != "none"}
    return {
        "id": runbook.id,
        "name": runbook.name,
        "stage": runbook.stage,
        "run_type": runbook.run_type,
        "is_template": runbook.is_template,
        "archived": runbook.archived,
        "tasks": stages,
        "open": [_task(cutover, runbook, tid) for tid in sorted(cutover.world.live[runbook.id].open, key=int)],
        "roles": roles,
    }


def _task(cutover: EmbeddedCutover, runbook: Runbook, tid: str) -> dict[str, Any]:
    task = runbook.tasks[tid]
    who = [cutover.world.people[uid].key for uid in access.assignees(runbook, task)]
    return {
        "id": tid,
        "number": task.number,
        "name": task.name,
        "stage": task.stage,
        "who": who,
        "visitor": task.visitor,
    }


def requests(cutover: EmbeddedCutover, asked: dict[str, Any]) -> dict[str, Any]:
    """API requests seen, those after number `after`."""
    after = int(asked.get("after", 0))
    return {"requests": [asdict(seen) for seen in cutover.requests if seen.n > after]}


def forget_requests(cutover: EmbeddedCutover, _: dict[str, Any]) -> dict[str, Any]:
    """Empty the list of requests."""
    cutover.requests.clear()
    return {}


def order_faults(cutover: EmbeddedCutover, asked: dict[str, Any]) -> dict[str, Any]:
    """Order faults."""
    cutover.order(asked["faults"])
    return {"standing": len(cutover.faults.orders)}


def list_faults(cutover: EmbeddedCutover, _: dict[str, Any]) -> dict[str, Any]:
    """Standing orders with what is left of them."""
    found = [
        {"method": f.method, "path": f.path.pattern, "person": f.person, "times": f.times, "skip": f.skip, "do": f.do}
        for f in cutover.faults.orders
    ]
    return {"faults": found, "per_second": cutover.faults.per_second}


def forget_faults(cutover: EmbeddedCutover, _: dict[str, Any]) -> dict[str, Any]:
    """Take all orders and the rate limit back."""
    cutover.forget_faults()
    return {}


def limit(cutover: EmbeddedCutover, asked: dict[str, Any]) -> dict[str, Any]:
    """`{"per_second": 5, "retry_after": true}`; null lifts the limit."""
    per_second = asked["per_second"]
    cutover.limit(None if per_second is None else float(per_second), retry_after=bool(asked.get("retry_after", True)))
    return {}


def clock(cutover: EmbeddedCutover, asked: dict[str, Any]) -> dict[str, Any]:
    """Move the time by `advance` seconds or to `at`, and let happen what is due."""
    if "at" in asked:
        cutover.clock.move_to(float(asked["at"]))
    else:
        cutover.clock.advance(float(asked["advance"]))
    return tick(cutover, asked)


def tick(cutover: EmbeddedCutover, _: dict[str, Any]) -> dict[str, Any]:
    """Let happen what is due."""
    count = cutover.settle()
    return {"happened": count, "now": cutover.clock.now()}


def reset(cutover: EmbeddedCutover, _: dict[str, Any]) -> dict[str, Any]:
    """Back to the world as first loaded; faults and requests are forgotten."""
    cutover.forget_faults()
    cutover.requests.clear()
    cutover.begin(fresh=True)
    return {}


def _place(cutover: EmbeddedCutover, asked: dict[str, Any]) -> tuple[Runbook, Task | None]:
    """The runbook and task meant, by id or name; a task alone is enough."""
    found = cutover.world
    wanted = asked.get("task")
    if "runbook" in asked:
        name = str(asked["runbook"])
        runbook = found.runbooks.get(name) or found.runbook_named(name)
    else:
        tasks = (r for r in found.runbooks.values() for t in r.tasks.values() if str(wanted) in (t.id, t.name))
        runbook = next(tasks, None) or found.runbooks["" if wanted else "101"]
    if wanted is None:
        return runbook, None
    return runbook, runbook.tasks.get(str(wanted)) or found.task_named(str(wanted), runbook)


def act(cutover: EmbeddedCutover, asked: dict[str, Any]) -> dict[str, Any]:
    """A colleague does something: `do` is start, finish, skip, comment (task) or status (stream or runbook)."""
    cutover.settle()
    person = cutover.world.person(str(asked["person"]))
    runbook, task = _place(cutover, asked)
    do = asked.get("do")
    if do == "comment":
        text = taskedit.comment_text(str(asked["text"]), "/text")
        return {"comment": presses.comment(cutover.world, runbook, person, text, task).id}
    if do == "status":
        return _status(cutover, runbook, person, asked)
    if task is None:
        raise ValueError("which task?")
    if do == "skip":
        presses.skip(cutover.world, runbook, task, person, str(asked.get("reason", "Not needed")))
    elif do in ("start", "finish"):
        task.answers |= taskedit.answers(cutover.world, asked.get("answers", []), ("task_",))
        chosen = asked.get("selected_successor_ids")
        press = presses.start if do == "start" else presses.finish
        selected = None if chosen is None else [str(each) for each in chosen]
        press(cutover.world, runbook, task, person, override=bool(asked.get("override")), selected=selected)
    else:
        raise ValueError("do is one of start, finish, skip, status, comment")
    return {"task": task.id, "stage": task.stage}


def _status(cutover: EmbeddedCutover, runbook: Runbook, person: Person, asked: dict[str, Any]) -> dict[str, Any]:
    status = str(asked["status"])
    if status not in ("off", "red", "amber", "green"):
        raise ValueError("status is one of off, red, amber, green")
    target: Runbook | Stream = runbook
    if "stream" in asked:
        name = str(asked["stream"])
        target = next(each for each in runbook.streams.values() if name in (each.id, each.name))
        target.status_author_id = person.id
    target.status, target.status_updated_at = status, cutover.world.now()
    target.status_message = str(asked.get("message", ""))
    kind = "runbook" if target is runbook else "stream"
    text = f"{target.name} is {status}"
    changes = {"status": status}
    cutover.world.live[runbook.id].revision += 1
    cutover.world.note(f"{kind}.updated", runbook, by=person.id, text=text, resource=(kind, target.id), changes=changes)
    return {kind: target.id, "status": status}
