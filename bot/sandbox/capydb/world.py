"""The embedded CapyDB's world and its rules. Rule: whatever changes a request goes through here, whoever does it.

Life of a request: open, acked, in_progress, completed; or rejected from the first two. One active request a preview;
without a ticket reference none is carried out; a preview that expires takes its requests with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from bot.sandbox.cutover.clock import Clock

from .things import NOTE_LIMIT, READ, TICKET_LIMIT, Key, Preview, Project, Refusal, Request

ORGANIZATION = "org_harbour_bank"
OPERATOR = "usr_capy_operator"
HOUR = 3600.0


class World:
    """Harbour Bank's databases: the ledger with three previews, the cards with one."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.projects: dict[str, Project] = {}
        self.requests: dict[str, Request] = {}
        self.audit: list[tuple[float, str, str]] = []
        self._numbers = itertools.count(1)
        self._fill()
        self.keys = {
            one.token: one
            for one in (
                Key("key_ledger", "capy_live_harbour_ledger", "prj_ledger"),
                Key("key_cards", "capy_live_harbour_cards", "prj_cards"),
                Key("key_all", "capy_live_harbour_all", None),
                Key("key_reader", "capy_live_harbour_reader", "prj_ledger", (READ,)),
            )
        }

    def _fill(self) -> None:
        now = self.clock.now()
        ledger = Project("prj_ledger", "Card ledger", "card-ledger", now - 400 * 24 * HOUR)
        cards = Project("prj_cards", "Card payments", "card-payments", now - 300 * 24 * HOUR)
        self.projects = {one.id: one for one in (ledger, cards)}
        lag = "The last restore test of this preview failed: refresh it from a newer backup and ask again."
        for project, preview in (
            (ledger, Preview("prv_ledger_south", "ledger-dc-south", now - 6 * HOUR, now + 72 * HOUR)),
            (ledger, Preview("prv_ledger_short", "ledger-short-lived", now - 20 * HOUR, now + 4 * HOUR)),
            (ledger, Preview("prv_ledger_old", "ledger-last-week", now - 160 * HOUR, now + 30 * HOUR, behind=lag)),
            (ledger, Preview("prv_ledger_new", "ledger-being-made", now - 60, now + 96 * HOUR, state="provisioning")),
            (cards, Preview("prv_cards_south", "cards-dc-south", now - 5 * HOUR, now + 48 * HOUR)),
        ):
            project.previews[preview.id] = preview

    # ---- what the API does
    def open(self, key: Key, project: Project, preview_id: str, note: str, ticket: str) -> Request:
        """A new request. Raises `Refusal`."""
        if len(note) > NOTE_LIMIT:
            raise Refusal(400, f"customer_note must be at most {NOTE_LIMIT} characters")
        if len(ticket) > TICKET_LIMIT:
            raise Refusal(400, f"external_ticket_ref must be at most {TICKET_LIMIT} characters")
        preview = project.previews.get(preview_id)
        if preview is None:
            raise Refusal(404, "preview database not found")
        if preview.state != "ready":
            raise Refusal(409, "preview database is not ready")
        if any(one.active for one in self.of_preview(preview_id)):
            raise Refusal(409, "an active cutover request already exists for this preview database")
        now = self.clock.now()
        request = Request(
            self._name("cut"),
            project.id,
            preview_id,
            now,
            now,
            customer_note=note,
            external_ticket_ref=ticket,
            requested_by_actor_id=key.id,
        )
        self.requests[request.id] = request
        self._note("cutover.requested", request)
        return request

    def of_preview(self, preview_id: str) -> Iterator[Request]:
        """All requests for one preview."""
        return (one for one in self.requests.values() if one.preview_database_id == preview_id)

    def of_project(self, project_id: str) -> list[Request]:
        """All requests of a project, newest first."""
        return [one for one in reversed(self.requests.values()) if one.project_id == project_id]

    # ---- what operators do
    def acknowledge(self, request: Request, note: str = "") -> None:
        """Take it up."""
        self._turn(request, "acked", "open")
        request.ack_at, request.ack_by_user_id = self.clock.now(), OPERATOR
        request.operator_note = note
        self._note("cutover.acked", request)

    def reject(self, request: Request, reason: str) -> None:
        """Turn it down."""
        self._turn(request, "rejected", "open", "acked")
        request.rejected_reason = reason
        self._note("cutover.rejected", request)

    def promote(self, request: Request) -> None:
        """Begin: production is backed up, and overwritten. Refused without a ticket reference."""
        if not request.external_ticket_ref:
            raise Refusal(422, "a cutover is not carried out without external_ticket_ref")
        self._turn(request, "in_progress", "acked")
        request.promote_job_id = self._name("job")
        self._note("cutover.promote_started", request)

    def complete(self, request: Request) -> None:
        """The promotion is done."""
        self._turn(request, "completed", "in_progress")
        request.completed_at, request.pre_cutover_backup_id = self.clock.now(), self._name("bkp")
        self._note("production_overwrite_restore", request)

    def remark(self, request: Request, note: str) -> None:
        """An operator's note beside the state."""
        request.operator_note, request.updated_at = note, self.clock.now()

    # ---- what time does
    def expire(self) -> int:
        """Previews past their end go, and their requests with them; one that is being promoted stays."""
        now, gone = self.clock.now(), 0
        for project in self.projects.values():
            for preview in list(project.previews.values()):
                if preview.expires_at <= now and not any(
                    one.status == "in_progress" for one in self.of_preview(preview.id)
                ):
                    self.delete(project, preview.id)
                    gone += 1
        return gone

    def delete(self, project: Project, preview_id: str) -> None:
        """Delete a preview with its requests."""
        for request in list(self.of_preview(preview_id)):
            del self.requests[request.id]
        del project.previews[preview_id]

    def _turn(self, request: Request, status: str, *before: str) -> None:
        if request.status not in before:
            raise Refusal(422, f"a request that is {request.status} cannot become {status}")
        request.status, request.updated_at = status, self.clock.now()

    def _note(self, event: str, request: Request) -> None:
        self.audit.append((self.clock.now(), event, request.id))

    def _name(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers):06d}"
