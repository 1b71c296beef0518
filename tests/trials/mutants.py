"""Mutation testing (`make mutants`): one small fault at a time is put into the parts that must not have any, and their
tests have to fail. The one rule: a mutant counts as killed only by a test that ran.

A child process is forked for each mutant, with the libraries loaded already; an import hook gives it the mutated
module. Not mutated: words (logs, sentences), annotations, decorators, and module constants that are only a pace.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
GROUND, UNIT = "tests/unit/ground", "tests/unit"
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ingress": (
        ("bot/slack/signature.py", "bot/slack/ingress.py", "bot/slack/inbox.py", "bot/slack/front.py"),
        tuple(f"{GROUND}/test_{one}.py" for one in ("signature", "ingress", "door_raw", "inbox", "front", "delivery")),
    ),
    "journal": (
        ("bot/journal/record.py", "bot/journal/journal.py", "bot/journal/chain.py", "bot/journal/verify.py"),
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
        ("bot/identity/policy.py", "bot/identity/rules.py"),
        (f"{UNIT}/identity/test_policy.py", f"{UNIT}/identity/test_members_groups.py"),
    ),
    "escaping": (
        ("bot/blocks/text.py", "bot/blocks/html.py"),
        tuple(f"{UNIT}/blocks/test_blocks_{one}.py" for one in ("text", "html", "surfaces")),
    ),
}
LIBRARIES = (
    "aiohttp", "alembic", "cryptography.hazmat.primitives.ciphers.aead", "hypothesis.stateful", "msgspec", "orjson",
    "prometheus_client", "pydantic", "pydantic_settings", "pytest", "rapidfuzz", "slack_bolt.async_app", "sqlalchemy",
    "structlog", "tenacity", "yaml",
)  # fmt: skip
LONGEST = 120
"""Seconds that a mutant is waited for."""
COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Pow: ast.Mult,
}  # fmt: skip


def mutations(node: ast.AST) -> Iterator[ast.AST | None]:
    """What may stand in the place of `node`; None takes a statement out."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARE:
        yield _with(node, ops=[COMPARE[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _is_text(node):
        yield _with(node, op=ARITHMETIC[type(node.op)]())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int) and node.value is not None:
        yield ast.Constant(not node.value if isinstance(node.value, bool) else node.value + 1)
    elif isinstance(node, ast.IfExp):
        yield _with(node, body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield _with(node, value=ast.Constant(None))
    elif isinstance(node, ast.Expr | ast.Raise | ast.AugAssign | ast.Continue | ast.Break) and not _is_words(node):
        yield None


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in sides
    )


def _is_words(node: ast.AST) -> bool:
    """Documentation and the log."""
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    called = value.func if isinstance(value, ast.Call) else None
    logs = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "_log"
    return isinstance(value, ast.Constant | ast.Yield) or logs


def _is_left_alone(node: ast.AST, top: bool) -> bool:
    """Where nothing is mutated: see the module."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.AnnAssign) and top and isinstance(node.value, ast.Constant):
        return True
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "_log"


def sites(tree: ast.Module) -> list[tuple[list[tuple[str, int | None]], ast.AST, ast.AST | None]]:
    """(path from the root, node, what to put there) of each mutant."""
    found: list[tuple[list[tuple[str, int | None]], ast.AST, ast.AST | None]] = []

    def visit(node: ast.AST, path: list[tuple[str, int | None]]) -> None:
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "type_params"):
                continue
            for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if not isinstance(child, ast.AST) or _is_left_alone(child, top=isinstance(node, ast.Module)):
                    continue
                here = [*path, (field, index)]
                found.extend((here, child, mutant) for mutant in mutations(child))
                visit(child, here)

    visit(tree, [])
    return found


def mutated(source: str, number: int) -> tuple[ast.Module, int, str]:
    """(tree, line, what was done) of one mutant."""
    tree = ast.parse(source)
    path, node, mutant = sites(tree)[number]
    parent: Any = tree
    for field, index in path[:-1]:
        parent = getattr(parent, field) if index is None else getattr(parent, field)[index]
    field, index = path[-1]
    placed = ast.Pass() if mutant is None else mutant
    if index is None:
        setattr(parent, field, placed)
    else:
        getattr(parent, field)[index] = placed
    told = f"{ast.unparse(node)[:70]}  ->  {ast.unparse(ast.fix_missing_locations(placed))[:70]}"
    return ast.fix_missing_locations(tree), getattr(node, "lineno", 0), told.replace("\n", " ")


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the mutated module in place of the one on disk."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def create_module(self, spec: Any) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def end_of(path: Path, tree: ast.Module | None, tests: Sequence[str]) -> str:
    """`survived` when all tests pass with this module (None: as it is), `killed` when one fails, or `hung`."""
    child = os.fork()
    if child == 0:
        os.setsid()
        os._exit(_run(path, tree, tests))
    ends = time.monotonic() + LONGEST
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "killed" if os.waitstatus_to_exitcode(status) else "survived"
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hung"


def _run(path: Path, tree: ast.Module | None, tests: Sequence[str]) -> int:
    import hypothesis
    import pytest

    null = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(null, stream)
    generate = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # no shrinking: any failure will do
    hypothesis.settings.register_profile(
        "mutants", max_examples=25, deadline=None, database=None, derandomize=True, phases=generate
    )
    hypothesis.settings.load_profile("mutants")
    if tree is not None:
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        sys.meta_path.insert(0, Mutated(name, path, tree))
    return int(
        pytest.main(
            [
                "-x",
                "-q",
                "-p",
                "no:cacheprovider",
                "--timeout=30",
                "--tb=no",
                "--assert=plain",
                "-o",
                "filterwarnings=",
                *tests,
            ]
        )
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--share", type=float, default=1.0, help="how much of all mutants to try, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=0.9, help="the score below which the exit status is 1")
    given = parser.parse_args()
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    for name in LIBRARIES:
        importlib.import_module(name)
    chosen, total, low = random.Random(given.seed), Counter[str](), []
    for part in given.parts:
        score = _try(part, given.share, chosen)
        total += score
        if score["killed"] < given.least * (score["killed"] + score["survived"]):
            low.append(part)
    print(f"all: {dict(total)}; low: {', '.join(low) or 'none'}")
    return 1 if low else 0


def _try(part: str, share: float, chosen: random.Random) -> Counter[str]:
    """Counts by end; what hangs is told apart, for on a busy machine it may have been the machine."""
    modules, tests = PARTS[part]
    if end_of(ROOT / modules[0], None, tests) != "survived":
        raise SystemExit(f"{part}: its tests fail as it is")
    score: Counter[str] = Counter()
    for module in modules:
        source = (ROOT / module).read_text(encoding="utf-8")
        for number in range(len(sites(ast.parse(source)))):
            if chosen.random() >= share:
                continue
            tree, line, told = mutated(source, number)
            end = end_of(ROOT / module, tree, tests)
            score[end] += 1
            if end != "killed":
                print(f"  {end} {module}:{line}  {told}", flush=True)
    known = score["killed"] + score["survived"]
    print(f"{part}: {score['killed']} of {known} killed ({score['killed'] / max(known, 1):.1%}), {score['hung']} hung")
    return score


if __name__ == "__main__":
    sys.exit(main())
