"""CapyDB's JSON turned into the model. The one rule: what can be read is read; an error is only what is no answer.

Member names: CapyDB's API reference; those of previews and projects as its public Go client reads them. Times are RFC
3339; optional members are left out, not null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson

from bot.errors import CapyBadAnswer
from bot.model import EMPTY, Text
from bot.model.cutover_request import CutoverRequest, Preview, Project, RequestStatus

T = TypeVar("T")
Json = dict[str, Any]
_LONGEST = 4_000


def requests(body: bytes, project_id: str) -> tuple[CutoverRequest, ...]:
    """The list of a project's requests. Raises `CapyBadAnswer`."""
    return _each(_listed(body, "cutover_requests"), lambda raw: _request(raw, project_id))


def opened(body: bytes, project_id: str) -> CutoverRequest | None:
    """The request just opened; None when the answer does not tell."""
    answer = _document(body)
    raw = answer.get("cutover_request", answer) if isinstance(answer, dict) else None
    return _request(raw, project_id) if isinstance(raw, dict) and _string(raw, "id") else None


def previews(body: bytes, project_id: str) -> tuple[Preview, ...]:
    """The preview databases of a project. Raises `CapyBadAnswer`."""
    return _each(_listed(body, "preview_databases"), lambda raw: _preview(raw, project_id))


def projects(body: bytes) -> tuple[Project, ...]:
    """The projects that the key may see. Raises `CapyBadAnswer`."""
    return _each(_listed(body, "projects"), lambda raw: Project(_string(raw, "id"), _text(raw, "name", "slug")))


def reason(body: bytes) -> Text:
    """The sentence of an error body, `{"error": "..."}`; empty for HTML and anything else. Never raises."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return EMPTY
    return _text(answer, "error", "message") if isinstance(answer, dict) else EMPTY


def _request(raw: Json, project_id: str) -> CutoverRequest:
    return CutoverRequest(
        id=_string(raw, "id"),
        status=_string(raw, "status") or RequestStatus.OPEN,
        organization_id=_string(raw, "organization_id"),
        project_id=_string(raw, "project_id") or project_id,
        preview_id=_string(raw, "preview_database_id", "preview_id"),  # sent as preview_id, returned by the other name
        ticket=_text(raw, "external_ticket_ref"),
        note=_text(raw, "customer_note"),
        operator_note=_text(raw, "operator_note"),
        rejected_reason=_text(raw, "rejected_reason"),
        requested_by_kind=_string(raw, "requested_by_actor_kind"),
        requested_by_id=_string(raw, "requested_by_actor_id"),
        ack_by=_string(raw, "ack_by_user_id"),
        backup_id=_string(raw, "pre_cutover_backup_id"),
        job_id=_string(raw, "promote_job_id"),
        created_at=_when(raw, "created_at"),
        updated_at=_when(raw, "updated_at"),
        ack_at=_when(raw, "ack_at"),
        completed_at=_when(raw, "completed_at"),
    )


def _preview(raw: Json, project_id: str) -> Preview:
    project = _string(raw, "project_id") or project_id
    state = _string(raw, "state", "status")
    return Preview(_string(raw, "id"), project, _text(raw, "name"), state, _when(raw, "ttl_expires_at"))


def _document(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        what = "a web page" if body.lstrip()[:1] == b"<" else "something that is not JSON"
        raise CapyBadAnswer(
            f"What is at CAPYDB_API_URL answers with {what}.",
            "Try again; if it stays, tell whoever runs the bot to check the address.",
        ) from None


def _listed(body: bytes, name: str) -> list[Any]:
    answer = _document(body)
    found = answer.get(name) if isinstance(answer, dict) else answer
    if found is None and isinstance(answer, dict) and name in answer:  # an empty list of a Go program may be null
        return []
    if not isinstance(found, list):
        raise CapyBadAnswer(f"CapyDB's answer has no list `{name}`.", "Tell whoever runs the bot: CapyDB has changed.")
    return found


def _each(found: Iterable[Any], read: Callable[[Json], T]) -> tuple[T, ...]:
    """Those with an id: without one nothing can be said of it later."""
    return tuple(read(raw) for raw in found if isinstance(raw, dict) and _string(raw, "id"))


def _string(raw: Json, *names: str) -> str:
    value = next((raw[name] for name in names if raw.get(name) is not None), "")
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _text(raw: Json, *names: str) -> Text:
    value = _string(raw, *names)
    return Text(value[:_LONGEST]) if value else EMPTY


def _when(raw: Json, name: str) -> datetime | None:
    """None for what is no moment: an odd time must not hide the status beside it."""
    try:
        at = datetime.fromisoformat(_string(raw, name))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
