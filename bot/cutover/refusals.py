"""Final answers that are not a success, turned into errors. The one rule: codes decide, texts are only shown.

Findings keep Cutover's own order; their sentences come from `codes`.
"""

from __future__ import annotations

from bot.cutover import wire_errors
from bot.cutover.codes import MEANINGS, explain
from bot.cutover.transport import Reply
from bot.errors import (
    CutoverError,
    Finding,
    Forbidden,
    NotFound,
    NotOnThisInstance,
    Refused,
    Unauthorised,
)
from bot.model import EMPTY, Text

_NOT_SPECIFIC = frozenset(("unauthorized", "not_found", "invalid", ""))


def missing(operation: str) -> NotOnThisInstance:
    """The error for something this Cutover does not have. `operation` is the client's method."""
    return NotOnThisInstance(
        f"This Cutover does not offer “{operation.replace('_', ' ')}” through its API.",
        "Do it in Cutover's own pages.",
    )


def error_for(reply: Reply, operation: str) -> CutoverError:
    """The error for a reply outside 200 to 299 (redirects, and 5xx but 501, never get here)."""
    if reply.status in (405, 501):
        return missing(operation)
    found = wire_errors.findings(reply.body)
    detail = found[0].detail if found else EMPTY
    if reply.status == 401:
        return Unauthorised(
            "Cutover does not accept the token.",
            "It is wrong, revoked, or its user is archived: make a new one in Cutover and set it.",
            detail=detail,
        )
    if reply.status == 403 and not _specific(found):
        return Forbidden(
            "Cutover does not let this account do that.",
            "Ask a runbook admin for the role, or ask them to do it.",
            detail=detail,
        )
    if reply.status in (404, 410):
        return NotFound(
            "Cutover cannot find it.", "It may be archived, deleted, or hidden from this account.", detail=detail
        )
    return _refused(reply, found)


def _specific(found: tuple[Finding, ...]) -> bool:
    """A 403 that carries a rule's own code (nobody assigned, own account) is a refusal with a reason."""
    return any(one.code in MEANINGS and one.code not in _NOT_SPECIFIC for one in found)


def _refused(reply: Reply, found: tuple[Finding, ...]) -> Refused:
    if not found:
        words = Text("" if reply.body.lstrip()[:1] in b"<{[" else reply.body[:300].decode("utf-8", "replace").strip())
        return Refused(
            f"Cutover refused this (status {reply.status})" + ("." if words else " and gave no reason."),
            "Check what you entered; in doubt look at it in Cutover.",
            status=reply.status,
            detail=words,
        )
    sentence, hint = explain(found[0])
    if len(found) > 1:
        sentence = f"Cutover gives {len(found)} reasons not to do this. The first: {sentence}"
    return Refused(sentence, hint, status=reply.status, findings=found, detail=found[0].detail)
