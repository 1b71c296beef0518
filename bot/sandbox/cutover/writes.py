"""The writing endpoints, tasks apart: runbooks and their run, comments, streams, users, workspaces."""

from __future__ import annotations

from . import access, bodies, presses, runbook_edit, runs, shapes
from .api import Call, Reply, one
from .errors import Finding, Refusal, forbidden, invalid, missing
from .reads import find_user
from .runbook import Runbook, Stream
from .taskedit import ATTRIBUTES, RELATED, comment_text
from .tasks_out import runbook_resource
from .things import Folder, Workspace


def _runbook(call: Call) -> Runbook:
    return access.find_runbook(call.world, call.person, call.ids[0])


def _shown(call: Call, runbook: Runbook, status: int = 200) -> Reply:
    return one(runbook_resource(call.world, runbook, call.extra), status)


def create_runbook(call: Call) -> Reply:
    """POST a runbook."""
    return _shown(call, runbook_edit.create(call.world, call.person, call.body(bodies.RUNBOOK_CREATE)), 201)


def update_runbook(call: Call) -> Reply:
    """PATCH a runbook."""
    runbook = _runbook(call)
    runbook_edit.update(call.world, runbook, call.person, call.body(bodies.RUNBOOK_UPDATE))
    return _shown(call, runbook)


def start_runbook(call: Call) -> Reply:
    """PATCH .../start. The platform wants run_type and comms, though the reference marks neither as required."""
    runbook = _runbook(call)
    access.require_admin(call.person, runbook)
    meta = call.body(bodies.RUNBOOK_START, optional=True).get("meta", {})
    gaps = [name for name in ("run_type", "comms") if name not in meta]
    if gaps:
        raise Refusal(422, *(Finding("blank", f"{name} can't be blank", f"/meta/{name}") for name in gaps))
    runs.start(
        call.world,
        runbook,
        call.person,
        run_type=meta["run_type"],
        comms=meta["comms"],
        rebaseline=meta.get("rebaseline", False),
        shift=meta.get("shift_fixed_times", False),
        silent=meta.get("disable_task_notify", False),
        level=meta.get("validation_level", "error"),
    )
    return _shown(call, runbook)


def _message(call: Call, runbook: Runbook) -> str:
    access.require_admin(call.person, runbook)
    text: str = call.body(bodies.RUN_MESSAGE, optional=True).get("meta", {}).get("message", "")
    return comment_text(text, "/meta/message") if text.strip() else ""


def pause_runbook(call: Call) -> Reply:
    """PATCH .../pause (addition)."""
    runbook = _runbook(call)
    runs.pause(call.world, runbook, call.person, _message(call, runbook))
    return _shown(call, runbook)


def resume_runbook(call: Call) -> Reply:
    """PATCH .../resume (addition)."""
    runbook = _runbook(call)
    runs.resume(call.world, runbook, call.person, _message(call, runbook))
    return _shown(call, runbook)


def cancel_runbook(call: Call) -> Reply:
    """PATCH .../cancel (addition)."""
    runbook = _runbook(call)
    runs.cancel(call.world, runbook, call.person, _message(call, runbook))
    return _shown(call, runbook)


def create_comment(call: Call) -> Reply:
    """POST a comment on the runbook or one of its tasks; readers may not."""
    runbook = access.find_runbook(call.world, call.person, call.ids[0], archived=True)
    data = call.body(bodies.COMMENT)["data"]
    if access.role(call.person, runbook) == "reader":
        raise forbidden()
    if runbook.archived:
        raise invalid("comments.create.runbook_archived", "An archived runbook takes no comments")
    content = comment_text(data.get("attributes", {}).get("content", ""), f"{ATTRIBUTES}/content")
    link = data.get("relationships", {}).get("task")
    task = runbook.tasks.get(link["data"]["id"]) if link else None
    if link and task is None:
        raise invalid("required", "Task must exist", f"{RELATED}/task")
    made = presses.comment(call.world, runbook, call.person, content, task)
    made.featured = bool(call.extra and data.get("attributes", {}).get("featured"))
    return one(shapes.comment(made, call.extra), 201)


def _stream(call: Call, runbook: Runbook) -> Stream:
    found = runbook.streams.get(call.ids[1])
    if found is None:
        raise missing("The stream")
    if not access.edits_stream(call.person, runbook, found.id):
        raise forbidden()
    return found


def _parent(runbook: Runbook, data: dict[str, dict[str, dict[str, dict[str, str]]]]) -> str | None:
    link = data.get("relationships", {}).get("parent")
    if link is None:
        return None
    parent = runbook.streams.get(link["data"]["id"])
    if parent is None:
        raise invalid("required", "Parent stream must exist", f"{RELATED}/parent")
    if parent.parent_id is not None:
        raise invalid("too_deep", "Sub-streams have no sub-streams", f"{RELATED}/parent")
    return parent.id


def create_stream(call: Call) -> Reply:
    """POST a stream (addition); stream editors only below their own."""
    runbook = _runbook(call)
    data = call.body(bodies.STREAM)["data"]
    sent = data.get("attributes", {})
    parent = _parent(runbook, data)
    if not access.edits_stream(call.person, runbook, parent):
        raise forbidden()
    if not sent.get("name", "").strip():
        raise invalid("blank", "Name can't be blank", f"{ATTRIBUTES}/name")
    made = Stream(
        id=call.world.new_id(),
        name=sent["name"],
        color=sent.get("color", "#5b7083"),
        description=sent.get("description", ""),
        parent_id=parent,
    )
    runbook.streams[made.id] = made
    text = f"Stream {made.name} was created"
    call.world.note("stream.created", runbook, by=call.person.id, text=text, resource=("stream", made.id))
    return one(shapes.stream(call.world, runbook, made, call.extra, forecast=True), 201)


def update_stream(call: Call) -> Reply:
    """PATCH a stream (addition), its RAG status included."""
    runbook = _runbook(call)
    stream = _stream(call, runbook)
    sent = call.body(bodies.STREAM)["data"].get("attributes", {})
    if "name" in sent and not sent["name"].strip():
        raise invalid("blank", "Name can't be blank", f"{ATTRIBUTES}/name")
    for name in ("name", "color", "description", "status_message"):
        setattr(stream, name, sent.get(name, getattr(stream, name)))
    if "status" in sent:
        set_status(call, stream, sent["status"])
    changes = {name: str(value)[:200] for name, value in sent.items()}
    text = f"Stream {stream.name} was changed"
    resource = ("stream", stream.id)
    call.world.note("stream.updated", runbook, by=call.person.id, text=text, resource=resource, changes=changes)
    return one(shapes.stream(call.world, runbook, stream, call.extra, forecast=True))


def set_status(call: Call, stream: Stream, status: str) -> None:
    """Write the RAG status with its author and time."""
    stream.status, stream.status_author_id = status, call.person.id
    stream.status_updated_at = call.world.now()


def delete_stream(call: Call) -> Reply:
    """DELETE a stream (addition); not the primary one and not one with tasks or sub-streams."""
    runbook = _runbook(call)
    stream = _stream(call, runbook)
    access.require_admin(call.person, runbook)
    if stream.is_primary:
        raise invalid("cannot_remove_default", "The primary stream stays")
    used = call.world.live[runbook.id].tasks_in(stream.id)
    if used or any(each.parent_id == stream.id for each in runbook.streams.values()):
        raise invalid("cannot_remove_when_in_use", "The stream is in use")
    del runbook.streams[stream.id]
    text = f"Stream {stream.name} was deleted"
    call.world.note("stream.deleted", runbook, by=call.person.id, text=text, resource=("stream", stream.id))
    return Reply(204, b"")


def archive_user(call: Call) -> Reply:
    """PATCH .../archive: the user's token dies with it."""
    user = find_user(call)
    access.require_role(call.person, "user_admin")
    if user.id == call.person.id:
        raise Refusal(403, Finding("users.archive.unable_to_archive_self", "Nobody can archive their own account"))
    if not user.archived:
        user.archived, user.updated_at = True, call.world.now()
        text = f"{user.name} was archived"
        call.world.note("user.archived", None, by=call.person.id, text=text, resource=("user", user.id))
    return one(shapes.person(user))


def unlock_user(call: Call) -> Reply:
    """PATCH .../unlock."""
    user = find_user(call)
    access.require_role(call.person, "user_admin")
    user.locked_at, user.updated_at = None, call.world.now()
    call.world.note(
        "user.unlocked", None, by=call.person.id, text=f"{user.name} was unlocked", resource=("user", user.id)
    )
    return one(shapes.person(user))


def create_workspace(call: Call) -> Reply:
    """POST a workspace (addition), with the folder "Default" that runbooks fall back to (R20)."""
    sent = call.body(bodies.WORKSPACE)["data"]["attributes"]
    access.require_role(call.person, "workspace_admin")
    for name in ("name", "key"):
        if not sent.get(name, "").strip():
            raise invalid("blank", f"{name.capitalize()} can't be blank", f"{ATTRIBUTES}/{name}")
    world, now = call.world, call.world.now()
    if any(each.key == sent["key"] for each in world.workspaces.values()):
        raise invalid("taken", "The key is in use already", f"{ATTRIBUTES}/key")
    made = Workspace(
        id=world.new_id(),
        key=sent["key"],
        name=sent["name"],
        description=sent.get("description", ""),
        created_at=now,
        updated_at=now,
    )
    world.workspaces[made.id] = made
    fid = world.new_id()
    world.folders[fid] = Folder(
        id=fid, key=f"{made.key}_default", name="Default", workspace_id=made.id, created_at=now, updated_at=now
    )
    world.note(
        "workspace.created", None, by=call.person.id, text=f"{made.name} was created", resource=("workspace", made.id)
    )
    return one(shapes.workspace(made), 201)
