"""The simulated operator of the embedded CapyDB. Rule: does what a careful person would, by the world's own rules.

Takes a request up after a while, turns down a preview that is no good, waits for a ticket reference, then promotes.
"""

from __future__ import annotations

from .things import Request
from .world import World

ACKNOWLEDGES, DECIDES, PROMOTES = 60.0, 90.0, 240.0
"""World seconds until a request is taken up, until it is begun or turned down, and that the promotion takes."""
NO_TICKET = "Waiting for a ticket reference: it is not carried out without one."
TAKEN_UP = "Checking the preview against production."


class Operator:
    """Looks at all requests and does what is due."""

    def __init__(self, world: World) -> None:
        self.world = world

    def tick(self) -> int:
        """How much was done."""
        return sum(self._look(request) for request in list(self.world.requests.values()) if request.active)

    def _look(self, request: Request) -> bool:
        """One step of one request, if its time has come."""
        waited = self.world.clock.now() - request.updated_at
        if request.status == "open" and waited >= ACKNOWLEDGES:
            self.world.acknowledge(request, TAKEN_UP)
        elif request.status == "acked" and waited >= DECIDES:
            return self._decide(request)
        elif request.status == "in_progress" and waited >= PROMOTES:
            self.world.complete(request)
        else:
            return False
        return True

    def _decide(self, request: Request) -> bool:
        preview = self.world.projects[request.project_id].previews[request.preview_database_id]
        if preview.behind:
            self.world.reject(request, preview.behind)
        elif request.external_ticket_ref:
            self.world.promote(request)
        elif request.operator_note != NO_TICKET:
            self.world.remark(request, NO_TICKET)
        else:
            return False
        return True
