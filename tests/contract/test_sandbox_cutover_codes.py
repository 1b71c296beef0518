"""Every error code that the embedded Cutover can send is one of the reference's catalogue."""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

import bot.sandbox.cutover

HERE = Path(__file__).parent
SOURCE = Path(bot.sandbox.cutover.__file__).parent


def sent() -> set[str]:
    """Codes written in the server's source: first arguments of refusals, and names held in `code`."""
    found: set[str] = set()
    for file in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            first: ast.expr | None = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                if node.func.id in ("invalid", "Finding"):
                    first = node.args[0]
                elif node.func.id == "_count":
                    first = ast.Constant(f"runbooks.start.{getattr(node.args[0], 'value', '')}")
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
                first = node.value
            if isinstance(first, ast.IfExp):
                found.update(str(part.value) for part in (first.body, first.orelse) if isinstance(part, ast.Constant))
            elif isinstance(first, ast.Constant) and first.value:
                found.add(str(first.value))
    return found


def test_all_codes_are_in_the_catalogue() -> None:
    catalogue = yaml.safe_load((HERE / "spec" / "cutover-error-codes.yaml").read_text(encoding="utf-8"))
    known = {entry["code"] for entry in catalogue["codes"]}
    codes = sent()
    assert len(codes) > 45
    assert codes - known == set()


def test_every_check_of_a_start_and_every_task_code_can_happen() -> None:
    catalogue = yaml.safe_load((HERE / "spec" / "cutover-error-codes.yaml").read_text(encoding="utf-8"))
    wanted = {
        entry["code"] for entry in catalogue["codes"] if entry["code"].startswith(("runbooks.start.", "runs.", "task."))
    }
    assert wanted - sent() == set()
