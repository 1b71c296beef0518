"""The fault catalogue, its tests, and the page made of both (`make faults`). The one rule: the page says what was run.

`catalogue.yml` beside this file names the tests of each row. Run as a program it runs them all and writes
docs/faults.md; exit status 1 when one failed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
_HEAD = """# Faults and hostile input

What can go wrong, what the bot does, and whether the tests that show it pass. `make faults` runs them and writes this
page. In brackets: how many cases. They run with the rest in `make test`.
"""


@dataclass(frozen=True)
class Row:
    """One row. `tests`: node ids; empty where `not_yet` says why."""

    id: str
    fault: str
    does: str = ""
    tests: tuple[str, ...] = ()
    not_yet: str = ""


@cache
def places() -> Mapping[str, tuple[str, ...]]:
    """In which files a test function of this name stands; names without `test_`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found[node.name.removeprefix("test_")].append(path.relative_to(ROOT).as_posix())
    return {name: tuple(files) for name, files in found.items()}


def node_id(named: str) -> str:
    """The test meant. Raises LookupError when there is none, or several."""
    file, _, name = named.rpartition(":")
    files = [one for one in places().get(name, ()) if one.endswith(f"/{file}") or not file]
    if len(files) != 1:
        raise LookupError(f"{len(files)} tests are called {named!r}")
    return f"{files[0]}::test_{name}"


def catalogue() -> tuple[Mapping[str, str], list[Row]]:
    """(titles by letter, rows in order)."""
    titles, rows = {}, []
    for key, told in yaml.safe_load((Path(__file__).parent / "catalogue.yml").read_text(encoding="utf-8")).items():
        if isinstance(told, str):
            titles[key] = told
        else:
            rows.append(Row(key, **{**told, "tests": tuple(node_id(one) for one in told.get("tests", ()))}))
    return titles, rows


class Results:
    """A pytest plugin: how many cases of each test passed, failed and were skipped."""

    def __init__(self) -> None:
        self.of: dict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.of[report.nodeid.partition("[")[0]][report.outcome] += 1


def verdict(row: Row, of: Mapping[str, Counter[str]]) -> str:
    """`pass (12)`, `FAIL`, `not run` for one row."""
    if row.not_yet:
        return "not applicable yet"
    counts = [of.get(test, Counter()) for test in row.tests]
    if any(count["failed"] for count in counts):
        return "**FAIL**"
    passed = sum(count["passed"] for count in counts)
    return f"pass ({passed})" if all(count["passed"] for count in counts) else "**not run**"


def page(verdicts: Mapping[str, str]) -> str:
    """The page, for what each row came to."""
    titles, rows = catalogue()
    passed = sum(one.startswith("pass") for one in verdicts.values())
    waiting = sum(bool(row.not_yet) for row in rows)
    lines = [_HEAD, f"{passed} of {len(rows) - waiting} rows pass; {waiting} do not apply yet.", ""]
    for letter, title in titles.items():
        lines += [f"## {letter}. {title}", "", "| | fault or input | what the bot does | |", "|---|---|---|---|"]
        for row in (one for one in rows if re.fullmatch(rf"{letter}\d+", one.id)):
            lines.append(f"| {row.id} | {row.fault} | {row.does or row.not_yet} | {verdicts[row.id]} |")
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    rows = catalogue()[1]
    results = Results()
    wanted = sorted({test for row in rows for test in row.tests})
    status = pytest.main(["-q", "-p", "no:cacheprovider", *wanted], plugins=[results])
    verdicts = {row.id: verdict(row, results.of) for row in rows}
    PAGE.write_text(page(verdicts), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {Counter(one.partition(' (')[0] for one in verdicts.values())}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
