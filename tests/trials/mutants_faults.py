"""The faults of `make mutants`: what may stand in the place of a piece of a module. The one rule: each fault changes
what the program does, never only its words.

Not mutated: sentences, the log, annotations, decorators, `__slots__`.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Pow: ast.Mult,
}  # fmt: skip
_NOT_LOOKED_AT = ("annotation", "returns", "decorator_list", "type_params")
Path = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `scope`: the function or class it is in, empty for the module itself; `told`: what became what, with
    a number where the same stands in the scope more than once; `lines`: those of its statement."""

    module: str
    scope: str
    told: str
    lines: range
    path: Path
    put: ast.AST | None

    @property
    def name(self) -> tuple[str, str, str]:
        """What it is called in the list of faults that change nothing."""
        return self.module, self.scope, self.told

    def tree(self, source: str) -> ast.Module:
        """The module with this fault in it."""
        tree = ast.parse(source)
        parent: Any = tree
        for field, index in self.path[:-1]:
            parent = getattr(parent, field) if index is None else getattr(parent, field)[index]
        field, index = self.path[-1]
        placed = ast.Pass() if self.put is None else self.put
        if index is None:
            setattr(parent, field, placed)
        else:
            getattr(parent, field)[index] = placed
        return ast.fix_missing_locations(tree)


def faults(module: str, source: str) -> list[Fault]:
    """All faults that `source` may have, in its order."""
    found: list[Fault] = []
    same: Counter[tuple[str, str]] = Counter()

    def visit(node: ast.AST, path: Path, scope: str, lines: range) -> None:
        for field, index, child in _children(node):
            here = (*path, (field, index))
            inside, around = _scope(scope, child), _lines(lines, child)
            for put in _instead(child):
                told = _told(child, put)
                same[scope, told] += 1
                count = same[scope, told]
                found.append(Fault(module, scope, told if count == 1 else f"{told} ({count})", around, here, put))
            visit(child, here, inside, around)

    visit(ast.parse(source), (), "", range(0))
    return found


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if field in _NOT_LOOKED_AT:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                yield field, index, child


def _scope(scope: str, node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return f"{scope}.{node.name}" if scope else node.name
    return scope


def _lines(lines: range, node: ast.AST) -> range:
    """Of a statement that holds others only what stands before them: an expression's own lines."""
    if isinstance(node, ast.stmt) and not hasattr(node, "body"):
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    if isinstance(node, ast.stmt):
        return range(0)
    if not lines and isinstance(node, ast.expr):
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return lines


def _told(node: ast.AST, put: ast.AST | None) -> str:
    after = "pass" if put is None else ast.unparse(ast.fix_missing_locations(put))
    return f"{_short(ast.unparse(node))} -> {_short(after)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else line[:67] + "..."


def _instead(node: ast.AST) -> Iterator[ast.AST | None]:
    """What may stand in the place of `node`; None takes a statement out."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARE:
        yield _with(node, ops=[COMPARE[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _is_text(node):
        yield _with(node, op=ARITHMETIC[type(node.op)]())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        yield ast.Constant(not node.value if isinstance(node.value, bool) else node.value + 1)
    elif isinstance(node, ast.IfExp):
        yield _with(node, body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.Return) and not _is_false(node.value):
        yield _with(node, value=ast.Constant(None))
    elif isinstance(node, ast.Expr | ast.Raise | ast.AugAssign | ast.Continue | ast.Break) and not _is_words(node):
        yield None


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _is_false(node: ast.AST | None) -> bool:
    """Nothing, None, False: None in its place is the same to whoever asks."""
    return node is None or (isinstance(node, ast.Constant) and node.value in (None, False))


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in (node.left, node.right)
    )


def _is_words(node: ast.AST) -> bool:
    """Documentation, and a bare `yield`: without it a function is another kind of thing."""
    return isinstance(node, ast.Expr) and (_is_log(node.value) or isinstance(node.value, ast.Constant | ast.Yield))


def _is_log(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "_log"


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__slots__":
        return True
    return _is_log(node)
