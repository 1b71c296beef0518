"""Who has pressed Start of a task that everybody must start. The one rule: it says whose knowledge that is.

Cutover's API does not tell who has pressed; the bot knows who pressed through it with an account of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bot.blocks.text import Mrkdwn, join, literal, phrase
from bot.model import Ref, Task, Text

_SHOWN = 12


def roll_call(task: Task, present: Collection[Ref] | None, names: Mapping[Ref, Text]) -> Mrkdwn | None:
    """`✅ Sam Reyes · ⬜ Mei Lin, Ivan Petrov`; None where there is no roll to call."""
    if present is None or not (task.needs_everyone_to_start and task.is_startable and task.assignees):
        return None
    there = [ref for ref in task.assignees if ref in present]
    missing = [ref for ref in task.assignees if ref not in present]
    return join(
        " · ",
        [
            Mrkdwn("🙋 Pressed Start here:"),
            phrase("✅ {who}", who=_names(there, names)) if there else None,
            phrase("⬜ {who}", who=_names(missing, names)) if missing else None,
        ],
    )


def _names(refs: Sequence[Ref], names: Mapping[Ref, Text]) -> Mrkdwn:
    shown = [_name(ref, names) for ref in refs[:_SHOWN]]
    rest = len(refs) - _SHOWN
    return Mrkdwn(join(", ", shown) + (f" +{rest} more" if rest > 0 else ""))


def _name(ref: Ref, names: Mapping[Ref, Text]) -> Mrkdwn:
    name = literal(names.get(ref) or Text(f"{ref.type.replace('_', ' ')} {ref.id}"), 40)
    return phrase("all of {name}", name=name) if ref.type == "runbook_team" else name
