"""Keeps figures and shows them in docs/benchmarks.md. The one rule: no figure in a table is typed by hand.

docs/benchmarks.json holds the last result of each benchmark, when it was taken, on what machine and with what
versions; the page has a place for each, between `<!-- name -->` and `<!-- /name -->`.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from benchmarks.result import Result, read, shown

DOCS = Path(__file__).resolve().parent.parent / "docs"
_LIBRARIES = ("aiohttp", "slack-bolt", "sqlalchemy", "msgspec", "orjson", "uvloop", "psycopg")
Kept = dict[str, dict[str, Any]]


def machine() -> str:
    """What it ran on, and how busy that was."""
    model = platform.processor() or platform.machine()
    known = Path("/proc/cpuinfo")
    if known.exists():
        model = next(iter(re.findall(r"model name\s*:\s*(.+)", known.read_text())), model)
    memory = psutil.virtual_memory().total / 2**30
    busy = f", load {os.getloadavg()[0]:.1f} at its start" if hasattr(os, "getloadavg") else ""
    return f"{platform.system()}, {os.cpu_count()} x {model}, {memory:.0f} GB{busy}"


def versions() -> str:
    """Python and what costs most."""
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in _LIBRARIES)])


def load(folder: Path = DOCS) -> Kept:
    """What was kept by the name of each benchmark; empty before the first run."""
    place = folder / "benchmarks.json"
    kept: Kept = json.loads(place.read_text()) if place.exists() else {}
    return kept


def keep(kept: Kept, result: Result, ran_on: str) -> None:
    """In place of what was there."""
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    kept[result.name] = {"taken": when, "machine": ran_on, "versions": versions(), "result": asdict(result)}


def write(kept: Kept, folder: Path = DOCS) -> None:
    """Both files. What the page has no place for is a mistake: LookupError."""
    page = folder / "benchmarks.md"
    text = page.read_text()
    for name, entry in kept.items():
        whole = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- /{re.escape(name)} -->)", re.DOTALL)
        if not whole.search(text):
            raise LookupError(f"docs/benchmarks.md has no place for {name}")
        shown_now = section(entry)
        text = whole.sub(lambda found, now=shown_now: f"{found[1]}{now}{found[2]}", text)  # type: ignore[misc]
    page.write_text(text)
    (folder / "benchmarks.json").write_text(json.dumps(kept, indent=1) + "\n")


def section(entry: Mapping[str, Any]) -> str:
    """The table, what was missed, and where it comes from."""
    result = read(json.dumps(entry["result"]))
    head = ["", *result.columns]
    rows = [[name, *(shown(row.get(column)) for column in result.columns)] for name, row in result.rows.items()]
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    held = len(result.gates) - len(result.missed)
    lines += ["", f"Gates held: {held} of {len(result.gates)}. Taken {entry['taken']}; {entry['machine']};"]
    lines.append(f"{entry['versions']}.")
    lines += [f"- Missed: {gate}" for gate in result.missed]
    return "\n".join(lines) + "\n"
