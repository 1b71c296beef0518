"""Runs tests on a module with a fault in it. The one rule: `killed` is said only of a test that ran and failed; what
goes wrong with the running itself ends the whole trial.

Each run is a forked child with the libraries loaded already; an import hook gives it the module. It runs first the
tests that execute the lines in question, the likeliest killers before the others, up to the first failure.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.util
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import coverage
import hypothesis
import pytest

ROOT = Path(__file__).parents[2]
_ONE_TEST = 20
"""Seconds that one test is waited for."""
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", f"--timeout={_ONE_TEST}", "--tb=native", "--assert=plain")
Answer = dict[str, Any]


class Hook(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the module with the fault in place of the one on disk."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        self.name = module.removesuffix(".py").replace("/", ".")
        self._path, self._tree = ROOT / module, tree

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def create_module(self, spec: Any) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._tree, str(self._path), "exec"), module.__dict__)


class Watch:
    """The part of pytest in a child: which tests in which order, how long each took, and the first that failed."""

    def __init__(self, order: list[str] | None = None, cov: coverage.Coverage | None = None) -> None:
        self._order, self._cov = order, cov
        self.took: dict[str, float] = {}
        self.failed, self.timed_out, self.unread, self.why = "", False, "", ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._order is not None:
            place = {name: number for number, name in enumerate(self._order)}
            items[:] = sorted((one for one in items if one.nodeid in place), key=lambda one: place[one.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self._cov is not None:
            self._cov.switch_context(item.nodeid)
        return (yield)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.unread = report.nodeid

    def pytest_internalerror(self, excrepr: object) -> None:
        """The end of a test's time can come while pytest itself is at work, around an endless loop."""
        self.failed, self.timed_out = "pytest itself", "Timeout (>" in str(excrepr)
        self.why = str(excrepr)[-2000:]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.took[report.nodeid] = self.took.get(report.nodeid, 0.0) + report.duration
        if report.failed and not self.failed:
            self.failed = report.nodeid
            self.timed_out = "Timeout (>" in report.longreprtext


@dataclass(slots=True)
class Known:
    """What a run of the tests as they are told: the seconds of each, and which of them execute a line of a module.

    `always`: lines that run when the module is imported; any test may depend on those.
    """

    took: dict[str, float]
    by_line: dict[str, dict[int, list[str]]]
    always: dict[str, set[int]]
    kills: dict[str, int] = field(default_factory=dict)

    def order(self, module: str, lines: Iterable[int]) -> list[str]:
        """All tests, if any runs these lines: first those that do, among them what has killed before, then the quick.

        The others too, for what is made once and kept (a statement, say) is run by the first test that needs it only.
        """
        covering = {name for line in lines for name in self.by_line[module].get(line, ())} - {""}
        if not covering and not self.always[module].intersection(lines):
            return []

        def rank(name: str) -> tuple[bool, bool, int, float]:
            return name not in covering, "[postgresql" in name, -self.kills.get(name, 0), self.took[name]

        return sorted(self.took, key=rank)


def look(modules: Iterable[str], tests: Iterable[str]) -> Known:
    """Run all tests on the modules as they are. Raises SystemExit when one fails."""
    answer = _in_child(lambda: _looked(list(modules), list(tests)), 900)
    if answer["end"] != "survived":
        raise SystemExit(f"the tests fail as it is: {answer}")
    by_line = {name: {int(line): told for line, told in of.items()} for name, of in answer["by_line"].items()}
    always = {name: {line for line, told in of.items() if "" in told} for name, of in by_line.items()}
    return Known(answer["took"], by_line, always)


def end_of(module: str, tree: ast.Module, known: Known, lines: Iterable[int]) -> tuple[str, str]:
    """How a fault ended, and by which test: `killed`, `survived`, `hung` (a test that did not come back), `broken`
    (the module, or a file of tests that uses it, cannot even be imported, and what can be sees nothing)."""
    order = known.order(module, lines)
    if not order:
        return "survived", "no test runs it"
    broken = ""
    while order:
        answer = _in_child(partial(_tried, module, tree, order), 60 + 4 * sum(known.took[name] for name in order))
        if answer["end"] == "error" or (answer["end"] == "survived" and len(answer["took"]) != len(order)):
            raise SystemExit(f"{module}: the runner went wrong: {answer}")
        if answer["end"] == "killed":
            known.kills[answer["by"]] = known.kills.get(answer["by"], 0) + 1
        if answer["end"] != "unread":
            return ("broken", broken) if broken and answer["end"] == "survived" else (answer["end"], answer["by"])
        broken = answer["by"]
        order = [name for name in order if not name.startswith(f"{broken}::")]
    return "broken", broken


def _looked(modules: list[str], tests: list[str]) -> Answer:
    cov = coverage.Coverage(data_file=None, config_file=False, include=[str(ROOT / name) for name in modules])
    cov.start()
    answer = _pytest(Watch(cov=cov), tests)
    cov.stop()
    data = cov.get_data()
    return {**answer, "by_line": {name: data.contexts_by_lineno(str(ROOT / name)) for name in modules}}


def _tried(module: str, tree: ast.Module, order: list[str]) -> Answer:
    hook = Hook(module, tree)
    sys.meta_path.insert(0, hook)
    try:
        importlib.import_module(hook.name)
    except Exception as error:
        return {"end": "broken", "by": repr(error)}
    return _pytest(Watch(order), sorted({name.partition("::")[0] for name in order}))


def _pytest(watch: Watch, tests: list[str]) -> Answer:
    generate = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # no shrinking: any failure will do
    profile = hypothesis.settings(max_examples=25, deadline=None, database=None, derandomize=True, phases=generate)
    hypothesis.settings.register_profile("mutants", profile)
    hypothesis.settings.load_profile("mutants")
    status = pytest.main([*_OPTIONS, "-o", "filterwarnings=", *tests], plugins=[watch])
    if watch.unread:
        return {"end": "unread", "by": watch.unread}
    if status == pytest.ExitCode.OK:
        return {"end": "survived", "by": "", "took": watch.took}
    if watch.timed_out:
        return {"end": "hung", "by": watch.failed}
    if status == pytest.ExitCode.TESTS_FAILED and watch.failed:
        return {"end": "killed", "by": watch.failed}
    return {"end": "error", "by": f"pytest ended with {status!r} {watch.why}"}


def _in_child(work: Callable[[], Answer], longest: float) -> Answer:
    """What `work` answers in a child of its own; `hung` when that takes more than `longest` seconds."""
    get, put = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(get)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(null, stream)
        try:
            answer = work()
        except BaseException:
            answer = {"end": "error", "by": traceback.format_exc()}
        with os.fdopen(put, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(put)
    return _answer(child, get, longest)


def _answer(child: int, get: int, longest: float) -> Answer:
    ends, told = time.monotonic() + longest, b""
    os.set_blocking(get, False)
    while time.monotonic() < ends:
        try:
            piece = os.read(get, 1 << 20)
        except BlockingIOError:
            time.sleep(0.01)
            continue
        told += piece
        if not piece:  # the end: it has answered, or died
            os.close(get)
            os.waitpid(child, 0)
            answer: Answer = json.loads(told) if told else {"end": "error", "by": "the child died"}
            return answer
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(get)
    return {"end": "hung", "by": "all of it"}
