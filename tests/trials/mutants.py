"""Mutation testing (`make mutants`): one small fault at a time is put into the parts that must not have any, and their
tests have to fail. The one rule: a fault counts as killed only by a test that ran.

`mutants_faults` makes the faults, `mutants_run` tries them, `mutants_same` lists those that change nothing.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import sys
from collections import Counter

from mutants_faults import Fault, faults
from mutants_run import ROOT, Known, end_of, look
from mutants_same import SAME

GROUND, UNIT = "tests/unit/ground", "tests/unit"
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ingress": (
        tuple(f"bot/slack/{one}.py" for one in ("signature", "ingress", "secrets", "inbox", "front")),
        tuple(
            f"{GROUND}/test_{one}.py"
            for one in ("signature", "ingress", "door_raw", "secrets", "inbox", "front", "delivery")
        ),
    ),
    "journal": (
        tuple(f"bot/journal/{one}.py" for one in ("record", "journal", "chain", "verify", "export")),
        (
            f"{GROUND}/test_journal.py",
            f"{GROUND}/test_journal_asked.py",
            f"{UNIT}/audit",
            f"{GROUND}/test_perform.py",
            f"{GROUND}/test_recovery.py",
        ),
    ),
    "outbox": (
        ("bot/outbox/budget.py", "bot/outbox/queue.py", "bot/outbox/sender.py", "bot/outbox/verdict.py"),
        (f"{UNIT}/outbox", f"{GROUND}/test_outbox.py"),
    ),
    "diff": (
        ("bot/watch/diff.py",),
        tuple(f"{UNIT}/watch/test_{one}.py" for one in ("watch_diff", "watch_diff_order", "fanout")),
    ),
    "policy": (
        ("bot/identity/policy.py", "bot/identity/rules.py", "bot/identity/groups.py"),
        tuple(f"{UNIT}/identity/test_{one}.py" for one in ("policy", "members_groups", "doctor_trust")),
    ),
    "escaping": (
        ("bot/blocks/text.py", "bot/blocks/html.py", "bot/blocks/clean.py"),
        tuple(f"{UNIT}/blocks/test_blocks_{one}.py" for one in ("text", "html", "clean", "surfaces")),
    ),
}
LIBRARIES = (
    "aiohttp", "alembic", "cryptography.hazmat.primitives.ciphers.aead", "hypothesis.stateful", "msgspec", "orjson",
    "prometheus_client", "pydantic", "pydantic_settings", "pytest", "rapidfuzz", "slack_bolt.async_app", "sqlalchemy",
    "structlog", "tenacity", "yaml",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--module", default="", help="only modules whose path holds this")
    parser.add_argument("--scope", default="", help="only functions whose name holds this")
    parser.add_argument("--share", type=float, default=1.0, help="how much of all faults to try, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=0.9, help="the score below which the exit status is 1")
    given = parser.parse_args()
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    for name in LIBRARIES:
        importlib.import_module(name)
    chosen, total, wrong = random.Random(given.seed), Counter[str](), _not_there()
    for part in given.parts:
        modules = [one for one in PARTS[part][0] if given.module in one]
        score = Counter[str]()
        known = look(modules, PARTS[part][1])
        for module in modules:
            source = (ROOT / module).read_text(encoding="utf-8")
            for fault in faults(module, source):
                if given.scope in fault.scope and chosen.random() < given.share:
                    score[_try(fault, source, known, wrong)] += 1
        look(modules, PARTS[part][1])  # what was killed was not killed by tests that fail now and then
        total += score
        print(f"{part}: {_told(score)}", flush=True)
        if score["killed"] < given.least * (score["killed"] + score["survived"]):
            wrong.append(f"{part} has a low score")
    print(f"all: {_told(total)}", *wrong, sep="\n")
    return 1 if wrong else 0


def _try(fault: Fault, source: str, known: Known, wrong: list[str]) -> str:
    """How it ended; `same` for one that is known to change nothing and did survive."""
    end, by = end_of(fault.module, fault.tree(source), known, fault.lines)
    if fault.name in SAME and end == "survived":
        return "same"
    if fault.name in SAME:
        wrong.append(f"is listed as changing nothing and was {end} by {by}: {fault.name}")
    if end != "killed":
        line = fault.lines[0] if fault.lines else 0
        print(f"  {end} {fault.module}:{line} [{fault.scope}] {fault.told}  {by}", flush=True)
    return end


def _not_there() -> list[str]:
    """Names of the list that no fault has any more."""
    modules = {name[0] for name in SAME}
    there = {one.name for module in modules for one in faults(module, (ROOT / module).read_text(encoding="utf-8"))}
    return [f"is listed as changing nothing and is not there: {name}" for name in SAME if name not in there]


def _told(score: Counter[str]) -> str:
    known = score["killed"] + score["survived"]
    return (
        f"{score['killed']} of {known} killed ({score['killed'] / max(known, 1):.1%}); apart from these "
        f"{score['hung']} hung, {score['broken']} only broke an import, {score['same']} change nothing"
    )


if __name__ == "__main__":
    sys.exit(main())
