"""The rules of the house, measured: sizes, layers, who may know what, and what is written down in two places."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from importlinter.cli import lint_imports

from bot import manifest
from bot.blocks.ids import RETIRED, ActionId, ShortcutId, ViewId
from bot.settings import Settings
from handlers.everything import all_routes
from handlers.routes import Listener

ROOT = Path(__file__).parents[1]
FILE_LINES, FUNCTION_LINES, LISTENER_LINES = 300, 40, 25
NOT_SUBMITTED = {ViewId.LOADING, ViewId.NOTICE}
BLOCKS = {"section", "actions", "context", "header", "divider", "input", "image", "rich_text", "table", "modal"}
ELEMENTS = {"button", "overflow", "static_select", "external_select", "users_select", "plain_text", "mrkdwn"}
FOLDERS = ("home", "root", "Users", "tmp", "work")
HOSTS = ("files.python" + "hosted", "artifact" + "ory", r"nexus\.\w", "pypi" + r"\.org/simple")
OPTIONS = ("index-url", "extra-index-url", "trusted-host", "find-links")
ELSEWHERE = re.compile(
    rf"(?<![\w.~])/({'|'.join(FOLDERS)})/\w|{'|'.join(HOSTS)}|--({'|'.join(OPTIONS)})[ =]", re.IGNORECASE
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """(name, lines) of each function, without its decorators."""
    for node in ast.walk(tree(path)):
        if isinstance(node, Function):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def mentioned(enum: type, folder: str) -> set[Any]:
    """The members of `enum` that the modules of `folder` name, but for the module that defines it."""
    found = set()
    for path in files(folder):
        if path.name == "ids.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == enum.__name__:
                found.add(getattr(enum, node.attr))
    return found


def drawn() -> Iterator[dict[str, Any]]:
    """Every object of every surface, as the golden files keep them."""
    waiting: list[Any] = [json.loads(path.read_text()) for path in (ROOT / "tests/golden/blocks").rglob("*.json")]
    while waiting:
        one = waiting.pop()
        waiting.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        if isinstance(one, dict):
            yield one


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in files("bot", "handlers", "tests")}
    assert len(lengths) > 200
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    found = {f"{name_of(path)}:{name}": lines for path in files("bot", "handlers") for name, lines in functions(path)}
    assert {name: lines for name, lines in found.items() if lines > FUNCTION_LINES} == {}


def test_no_listener_is_longer_than_25_lines() -> None:
    routes = all_routes()
    listeners: list[Listener] = [
        *(verb.listener for verb in routes.verbs.values()),
        *(submit.listener for submit in routes.submits.values()),
        *routes.actions.values(),
        *routes.shortcuts.values(),
        *routes.questions.values(),
    ]
    lengths = {}
    for listener in listeners:
        source = inspect.getsource(listener)
        lengths[listener.__name__] = len(source[re.search(r"^async def ", source, re.M).start() :].splitlines())  # type: ignore[union-attr]
    assert len(lengths) > 30
    assert {name: lines for name, lines in lengths.items() if lines > LISTENER_LINES} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [name_of(path) for path in files("bot", "handlers") if not ast.get_docstring(tree(path))] == []


def test_imports_go_down_the_layers(capsys: pytest.CaptureFixture[str]) -> None:
    broken = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert broken == 0, capsys.readouterr().out


def test_only_the_root_the_way_in_and_the_listeners_know_bolt() -> None:
    known = {name_of(path) for path in files("bot", "handlers") if any("slack_bolt" in one for one in imports(path))}
    assert known
    assert [name for name in known if not re.match(r"bot/app\.py|bot/slack/|handlers/", name)] == []


def test_only_the_command_line_and_the_demo_know_the_sandbox() -> None:
    outside = [path for path in files("bot", "handlers") if "bot/sandbox/" not in name_of(path)]
    known = {name_of(path) for path in outside if any(one.startswith("bot.sandbox") for one in imports(path))}
    assert known == {"bot/__main__.py", "bot/demo.py"}


def test_only_blocks_builds_blocks() -> None:
    found = []
    for path in files("bot", "handlers"):
        if name_of(path).startswith(("bot/blocks/", "bot/sandbox/")):
            continue
        for node in ast.walk(tree(path)):
            for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
                if isinstance(key, ast.Constant) and key.value == "type" and isinstance(value, ast.Constant):
                    found += [f"{name_of(path)}:{node.lineno}"] if value.value in BLOCKS | ELEMENTS else []
    assert found == []


def test_everything_that_can_be_pressed_has_a_listener() -> None:
    routes = all_routes()
    pressable = mentioned(ActionId, "bot/blocks") | {one["action_id"] for one in drawn() if "action_id" in one}
    assert len(pressable) > 20
    assert sorted(str(one) for one in pressable if str(one) not in {*routes.actions, ActionId.INPUT}) == []


def test_everything_that_asks_for_options_has_a_listener() -> None:
    asked = {one["action_id"] for one in drawn() if one.get("type") == "external_select"}
    assert asked
    assert asked - all_routes().questions.keys() == set()


def test_every_form_that_can_be_submitted_has_a_listener() -> None:
    submits = all_routes().submits
    assert mentioned(ViewId, "bot/blocks") - NOT_SUBMITTED - submits.keys() == set()
    forms = [one for one in drawn() if one.get("type") == "modal" and "submit" in one]
    assert forms
    assert {form["callback_id"] for form in forms} - submits.keys() == set()
    assert not {
        one["callback_id"]
        for one in drawn()
        if one.get("type") == "modal" and one.get("callback_id") in NOT_SUBMITTED and "submit" in one
    }


def test_listeners_listen_to_names_that_exist() -> None:
    routes = all_routes()
    assert routes.actions.keys() | routes.questions.keys() <= {*ActionId} | RETIRED
    assert routes.submits.keys() <= {*ViewId}
    assert routes.shortcuts.keys() == {*ShortcutId}


def test_the_manifest_on_disk_is_the_one_that_is_built() -> None:
    kept = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(kept) == manifest.build()
    assert kept == manifest.text()


def test_the_manifest_has_just_what_the_listeners_answer() -> None:
    routes, features = all_routes(), manifest.build()["features"]
    commands = {entry["command"].removeprefix("/"): entry for entry in features["slash_commands"]}
    assert commands.keys() == {command for command, _ in routes.verbs}
    for name, entry in commands.items():
        hinted = {part.split()[0] for part in entry["usage_hint"].split(" | ")}
        assert hinted <= {verb for command, verb in routes.verbs if command == name}
        assert entry["should_escape"] is True
    assert {entry["callback_id"] for entry in features["shortcuts"]} == routes.shortcuts.keys()


def tracked() -> list[Path]:
    """What is committed; a copy without history counts as a whole."""
    if not (ROOT / ".git").exists():
        return [
            path for path in ROOT.rglob("*") if path.is_file() and not path.relative_to(ROOT).parts[0].startswith(".")
        ]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_committed_names_a_machine_or_a_package_host() -> None:
    found = []
    for path in tracked():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1):
            if ELSEWHERE.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_the_readme_explains_every_setting() -> None:
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name.upper() for name in Settings.model_fields if f"`{name.upper()}`" not in told] == []


def test_the_readme_explains_every_scope_of_the_manifest_and_no_other() -> None:
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^#+ Scopes\n(.*?)(?=^#|\Z)", told, re.M | re.S)
    assert section is not None
    explained = dict(re.findall(r"^\| `([\w.:]+)` \| (.+) \|$", section.group(1), re.M))
    scopes = manifest.build()["oauth_config"]["scopes"]["bot"]
    assert explained.keys() == set(scopes) == manifest.SCOPES.keys()
    assert all(len(why) > 10 for why in explained.values())
