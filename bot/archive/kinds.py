"""What is archived and where it is read: the published recipe as a table. The one rule: a new list is one more row.

Recipe (Cutover's "secondary repository"): workspaces, folders, runbooks, then for each runbook its tasks, runbook
teams and streams, and the types; comments, people and custom fields are ours on top.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.cutover.paths import checked


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource. `parent` names the kind whose id stands in the path.

    `alone` is the path of one resource, by which its absence is confirmed; None where the API has none. `alike`: read
    alone it has the same members as in its list (a task read alone also carries its graph). `optional`: not in the
    reference, an instance may lack it. `told`: the filter that names the parent where the path does not. `grows`: a
    list that only gains entries; nothing of it is ever retired. `ignored`: attributes that Cutover computes from the
    time of day; they would make a version at each reading of a live run.
    """

    name: str
    path: str
    parent: str | None = None
    alone: str | None = None
    alike: bool = True
    optional: bool = False
    sized: bool = False
    told: str = ""
    grows: bool = False
    ignored: frozenset[str] = frozenset()

    def at(self, parent: str) -> str:
        """Path of the list below `parent`. Errors: `BadInput` for an id that no path can hold."""
        return self.path.format(parent=checked(parent, self.parent or "") if self.parent else "")

    def one(self, parent: str, identifier: str) -> str | None:
        """Path of one resource."""
        if self.alone is None:
            return None
        return self.alone.format(
            parent=checked(parent, self.parent or "") if self.parent else "", id=checked(identifier, self.name)
        )


RUNBOOK = "core/runbooks/{parent}"
KINDS = (
    Kind("workspace", "core/workspaces", alone="core/workspaces/{id}"),
    Kind("runbook_type", "core/runbook_types", alone="core/runbook_types/{id}"),
    Kind("task_type", "core/task_types", alone="core/task_types/{id}"),
    Kind("team", "core/teams", alone="core/teams/{id}"),
    Kind("user", "core/users", alone="core/users/{id}"),
    Kind("custom_field", "core/custom_fields", alone="core/custom_fields/{id}", optional=True),
    Kind("role", "core/roles", optional=True),
    Kind("folder", "core/workspaces/{parent}/folders", parent="workspace"),
    Kind("runbook", "core/runbooks", alone="core/runbooks/{id}", ignored=frozenset(("end_forecast",))),
    Kind(
        "task",
        RUNBOOK + "/tasks",
        parent="runbook",
        alone=RUNBOOK + "/tasks/{id}",
        alike=False,
        sized=True,
        ignored=frozenset(("start_display", "end_display", "elapsed_duration")),
    ),
    Kind(
        "stream",
        RUNBOOK + "/streams",
        parent="runbook",
        alone=RUNBOOK + "/streams/{id}",
        alike=False,
        ignored=frozenset(("start_display", "end_display")),
    ),
    Kind("comment", RUNBOOK + "/comments", parent="runbook"),
    Kind("runbook_team", RUNBOOK + "/runbook_teams", parent="runbook", optional=True),
    Kind("action_log", "core/action_logs", parent="runbook", optional=True, told="runbook_id", grows=True),
)
BY_NAME = {kind.name: kind for kind in KINDS}
TOP = tuple(kind for kind in KINDS if kind.parent is None and kind.name != "runbook")
OF_RUNBOOK = tuple(kind for kind in KINDS if kind.parent == "runbook" and not kind.grows)
ACTION_LOG = BY_NAME["action_log"]
"""Who did what; only by wish, because it can be very long."""


def below(parent: str) -> tuple[Kind, ...]:
    """Kinds that are out of reach when their `parent` (a kind's name) is."""
    return tuple(kind for kind in KINDS if kind.parent == parent and not kind.grows)
