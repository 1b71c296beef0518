"""What a reading of CapyDB means for one request. The one rule: pure; each thing is told once, whoever reads it again.

The API lists requests and no more: a request that is not in the list any more was deleted with its preview or project.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from bot.blocks import capydb_post
from bot.blocks.capydb_post import RequestView
from bot.blocks.message import Message
from bot.model import Text
from bot.model.cutover_request import CutoverRequest, RequestStatus
from bot.outbox.letter import Letter
from bot.requests.rows import Debt, Followed

PACE: Final = 5.0
SLOW: Final = 20.0
"""Seconds between two readings, soon after a change and later: CapyDB has no event for cutovers."""
_SOON: Final = 600.0
UNKNOWN_SECONDS: Final = 120.0
"""After so long a request that CapyDB never listed was not opened."""
GONE_AFTER: Final = 3
"""Readings without it, so that one odd answer does not end the following."""
_WARNINGS: Final = (("hour", 3_600.0), ("day", 86_400.0))
_SILENT: Final = 600.0
_BEFORE: Final = (RequestStatus.OPEN, RequestStatus.ACKED)


@dataclass(slots=True)
class Step:
    """`row`: what to remember; None: follow it no longer. `due_at`: Unix seconds."""

    row: Followed | None
    due_at: float = 0.0
    letters: list[Letter] = field(default_factory=list)


def mine(row: Followed, found: Sequence[CutoverRequest]) -> CutoverRequest | None:
    """The request of this row: by its id, before that by the mark in its note."""
    if row.request:
        return next((one for one in found if one.id == row.request), None)
    return marked(found, row.preview, row.mark)


def marked(found: Sequence[CutoverRequest], preview_id: str, mark: str) -> CutoverRequest | None:
    """The request for this preview whose note carries the mark."""
    return next((one for one in found if one.preview_id == preview_id and mark in one.note.raw), None)


def step(row: Followed, request: CutoverRequest | None, now: float) -> Step:
    """What is to be told and done after a reading in which the request looked so; None: it was not there."""
    row = msgspec.structs.replace(row, silent_since=None)
    made = Step(row, now + (PACE if now - max(row.at, row.turned) < _SOON else SLOW))
    if request is None:
        _missing(made, row, now)
        return made
    row.request, row.missed = request.id, 0
    view = view_of(row, request, now)
    if request.status != row.status:
        _turned(made, row, view, now)
    _warn(made, row, view, now)
    _card(made, row, capydb_post.card(view))
    row.over = request.is_final
    return made


def silent(row: Followed, sentence: str, now: float) -> Step:
    """CapyDB did not answer; after ten minutes the channel is told once."""
    since = row.silent_since if row.silent_since is not None else now
    made = Step(msgspec.structs.replace(row, silent_since=since), now + min(300.0, max(PACE, now - since)))
    if row.request and now - since >= _SILENT:
        body = capydb_post.unseen(view_of(row, CutoverRequest(row.request), now), sentence)
        made.letters.append(_letter(row, f"silent:{int(since)}", body))
    return made


def _turned(made: Step, row: Followed, view: RequestView, now: float) -> None:
    """Another state: the card itself tells the first one."""
    status = view.request.status
    if row.status:
        made.letters.append(_letter(row, status, capydb_post.news(view), urgent=True))
    _owe(row, status, now, capydb_post.comment(view))
    if status == RequestStatus.COMPLETED and row.finish and row.task:
        row.debts += (Debt("finish", now),)
    row.status, row.turned = status, now


def _missing(made: Step, row: Followed, now: float) -> None:
    row.missed += 1
    if not row.request:
        if now - row.at >= UNKNOWN_SECONDS:
            made.row = None
        return
    if row.missed < GONE_AFTER or row.over:
        return
    view = view_of(row, CutoverRequest(row.request, "gone", ticket=Text(row.ticket)), now)
    made.letters.append(_letter(row, "gone", capydb_post.news(view), urgent=True))
    _owe(row, "gone", now, capydb_post.comment(view))
    _card(made, row, capydb_post.card(view))
    row.over = True


def _warn(made: Step, row: Followed, view: RequestView, now: float) -> None:
    """Once a day before the preview expires, and once an hour before: the later warning is enough where both fit."""
    if row.expires_at is None or view.request.status not in _BEFORE:
        return
    due = [name for name, seconds in _WARNINGS if row.expires_at - now <= seconds]
    if due and due[0] not in row.warned:
        row.warned = tuple(due)
        made.letters.append(_letter(row, f"expires:{due[0]}", capydb_post.expires(view), urgent=True))


def _card(made: Step, row: Followed, body: Message) -> None:
    """The card is edited where it says something else; its letters are numbered, for it may say the same again."""
    digest = hashlib.sha256(repr(body.blocks).encode()).hexdigest()[:32]
    if digest == row.card:
        return
    row.card, row.cards = digest, row.cards + 1
    letter = Letter(f"capydb:{row.key}:card:{row.cards}", row.channel, body, slot=f"capydb:{row.key}", urgent=True)
    made.letters.insert(0, letter)


def _owe(row: Followed, word: str, now: float, html: str) -> None:
    if row.task:
        row.debts += (Debt(word, now, html),)


def _letter(row: Followed, what: str, body: Message, *, urgent: bool = False) -> Letter:
    return Letter(f"capydb:{row.key}:{what}", row.channel, body, urgent=urgent)


def view_of(row: Followed, request: CutoverRequest, now: float) -> RequestView:
    """What posts show of it."""
    return RequestView(
        request=request,
        project=Text(row.project_name),
        preview=Text(row.preview_name),
        now=datetime.fromtimestamp(now, UTC),
        user_id=row.user,
        task=Text(row.task_name) if row.task else None,
        expires_at=datetime.fromtimestamp(row.expires_at, UTC) if row.expires_at is not None else None,
        finishes=row.finish,
    )
