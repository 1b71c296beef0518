"""The files of the page keep the house rules; this needs no browser.

The one rule: what keeps the page safe and readable is measured, not promised.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot.sandbox.slack

PAGE = Path(bot.sandbox.slack.__file__).with_name("page")
FILES = sorted(path for path in PAGE.rglob("*") if path.suffix in (".js", ".css", ".html"))
SCRIPTS = [path for path in FILES if path.suffix == ".js"]
START = re.compile(r"^(?:export )?(?:async )?function (\w+)|^(?:export )?const (\w+) = .*=> \{$")


def name(path: Path) -> str:
    return str(path.relative_to(PAGE))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_is_short_and_loads_nothing_from_outside(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    for address in re.findall(r"""(?:src|href|from|url\(|@import)\s*=?\s*["'(]?(?:https?:)?//[^"')]+""", text):
        pytest.fail(f"loads {address}")


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_says_its_rule_and_never_makes_markup_of_text(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("// ")
    assert "The one rule:" in text[:600]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_functions_are_short(path: Path) -> None:
    started: tuple[str, int] | None = None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        found = START.match(line)
        if found:
            started = (found[1] or found[2], number)
        if line in ("}", "};") and started:
            assert number - started[1] < 40, f"{started[0]} has {number - started[1] + 1} lines"
            started = None


def test_the_first_page_names_every_style_sheet_and_forbids_the_rest() -> None:
    text = (PAGE / "index.html").read_text("utf-8")
    for sheet in (PAGE / "css").glob("*.css"):
        assert f"/page/css/{sheet.name}" in text
    assert "default-src 'self'" in text
    assert "unsafe" not in text
