"""What the embedded CapyDB answers. Rule: only what customers have; operators act through the control interface.

Refusals become `{"error": "..."}`. 409 for a second active request is this server's choice: CapyDB's reference names no
status for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from bot.sandbox.cutover.clock import iso

from .things import READ, WRITE, Key, Preview, Project, Refusal, Request
from .world import ORGANIZATION, World

Answer = tuple[int, dict[str, Any]]
TIMES = ("created_at", "updated_at", "ack_at", "completed_at")


@dataclass(frozen=True, slots=True)
class Call:
    """One request with its key; `project_id` is in the path, where there is one."""

    world: World
    key: Key
    project_id: str
    body: bytes


def shape(request: Request) -> dict[str, Any]:
    """A cutover request as CapyDB writes it."""
    found = {name: value for name, value in asdict(request).items() if value not in ("", None)}
    found |= {name: iso(found[name]) for name in TIMES if name in found}
    return {**found, "organization_id": ORGANIZATION}


def list_requests(call: Call) -> Answer:
    """GET /v1/projects/{id}/cutover-requests."""
    project = _project(call, READ)
    return 200, {"cutover_requests": [shape(one) for one in call.world.of_project(project.id)]}


def open_request(call: Call) -> Answer:
    """POST /v1/projects/{id}/cutover-requests."""
    project = _project(call, WRITE)
    body = _object(call.body)
    texts = {name: body.get(name) for name in ("preview_id", "customer_note", "external_ticket_ref")}
    wrong = next((name for name, value in texts.items() if value is not None and not isinstance(value, str)), None)
    if wrong is not None:
        raise Refusal(400, f"{wrong} must be a string")
    preview, note, ticket = (str(value or "") for value in texts.values())
    if not preview:
        raise Refusal(400, "preview_id is required")
    return 201, {"cutover_request": shape(call.world.open(call.key, project, preview, note, ticket))}


def list_previews(call: Call) -> Answer:
    """GET /v1/projects/{id}/preview-databases."""
    project = _project(call, READ)
    return 200, {"preview_databases": [_preview(project, one) for one in project.previews.values()]}


def list_projects(call: Call) -> Answer:
    """GET /v1/projects."""
    mine = [one for one in call.world.projects.values() if call.key.project_id in (None, one.id)]
    return 200, {"projects": [_shape_project(one) for one in mine]}


def who(call: Call) -> Answer:
    """GET /v1/me."""
    principal = {"auth_source": "api_key", "is_admin": False, "organization_id": ORGANIZATION}
    principal |= {"scopes": list(call.key.scopes)}
    return 200, {"principal": principal, "organization": {"id": ORGANIZATION, "name": "Harbour Bank"}}


OPERATIONS: dict[tuple[str, str], Callable[[Call], Answer]] = {
    ("GET", "me"): who,
    ("GET", "projects"): list_projects,
    ("GET", "preview-databases"): list_previews,
    ("GET", "cutover-requests"): list_requests,
    ("POST", "cutover-requests"): open_request,
}


def answer(world: World, key: Key | None, method: str, path: str, body: bytes) -> Answer:
    """Answer `path` below /v1. Raises `Refusal`."""
    steps = path.strip("/").split("/")
    inside = len(steps) == 3 and steps[0] == "projects"
    what = steps[2] if inside else steps[0] if len(steps) == 1 and steps[0] in ("me", "projects") else ""
    allowed = [verb for verb, name in OPERATIONS if name == what]
    if not allowed:
        raise Refusal(404, "not found")
    if key is None:
        raise Refusal(401, "invalid or missing credentials")
    if method not in allowed:
        raise Refusal(405, "method not allowed")
    return OPERATIONS[method, what](Call(world, key, steps[1] if inside else "", body))


def _project(call: Call, scope: str) -> Project:
    if scope not in call.key.scopes:
        raise Refusal(403, f"the API key lacks the scope {scope}")
    project = call.world.projects.get(call.project_id)
    if project is None:
        raise Refusal(404, "project not found")
    if call.key.project_id not in (None, project.id):
        raise Refusal(403, "the API key belongs to another project")
    return project


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Refusal(400, "the body is not valid JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "the body must be a JSON object")
    return body


def _preview(project: Project, one: Preview) -> dict[str, Any]:
    found = {"id": one.id, "project_id": project.id, "name": one.name, "state": one.state, "mode": "full"}
    return found | {"created_at": iso(one.created_at), "ttl_expires_at": iso(one.expires_at)}


def _shape_project(one: Project) -> dict[str, Any]:
    found = {"id": one.id, "name": one.name, "slug": one.slug, "environment": "production", "state": "ready"}
    return found | {"organization_id": ORGANIZATION, "created_at": iso(one.created_at)}
