"""Which runbooks a run is about. The one rule: what lies outside the scope is neither read nor retired."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from bot.cutover.paths import Params


@dataclass(frozen=True, slots=True)
class Scope:
    """Filters as a person gives them; ids after `bot.archive.resolve`. Everything empty: all runbooks."""

    workspace: str | None = None
    folder: str | None = None
    runbook_type: str | None = None
    runbook: str | None = None
    stages: tuple[str, ...] = ()
    template: bool | None = None

    @property
    def everything(self) -> bool:
        return self == Scope()

    def text(self) -> str:
        """Stable text: runs of the same scope resume each other."""
        return orjson.dumps({name: value for name, value in asdict(self).items() if value not in (None, ())}).decode()

    def params(self) -> Params:
        """The filters of the list of runbooks. `stage` is an addition, so `covers` is asked as well."""
        return {
            "workspace_id": self.workspace,
            "folder_id": self.folder,
            "runbook_type_id": self.runbook_type,
            "runbook_id": self.runbook,
            "is_template": self.template,
            "stage": list(self.stages) or None,
        }

    def covers(self, raw: bytes | str) -> bool:
        """Whether a runbook (as sent) is inside; a member that Cutover left out speaks for it."""
        if self.everything:
            return True
        thing = orjson.loads(raw)
        attributes = thing.get("attributes") or {}
        stage, template = attributes.get("stage"), attributes.get("is_template")
        links = {"workspace": self.workspace, "folder": self.folder, "runbook_type": self.runbook_type}
        return (
            self.runbook in (None, str(thing.get("id")))
            and (not self.stages or stage is None or stage in self.stages)
            and (self.template is None or template is None or bool(template) == self.template)
            and all(wanted is None or _linked(thing, name) in (None, wanted) for name, wanted in links.items())
        )

    def with_ids(self, **ids: str | None) -> Scope:
        """The same with ids in place of keys and names."""
        return replace(self, **ids)  # type: ignore[arg-type]  # the names are those of the fields


def _linked(thing: dict[str, Any], name: str) -> str | None:
    data = ((thing.get("relationships") or {}).get(name) or {}).get("data")
    return str(data["id"]) if isinstance(data, dict) and data.get("id") is not None else None
