"""What takes milliseconds by the hundred tasks is not done on the event loop, where everybody else waits for it."""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any

import pytest
from stage import Stage

from bot.blocks import report_post
from handlers import planning_whatif, readiness, reports, runbook_chart, runbook_report, runs


def watched(patch: pytest.MonkeyPatch, module: ModuleType, name: str) -> list[threading.Thread]:
    """The threads that this function of the module is called in from now on."""
    seen: list[threading.Thread] = []
    real = getattr(module, name)

    def call(*args: Any, **more: Any) -> Any:
        seen.append(threading.current_thread())
        return real(*args, **more)

    patch.setattr(module, name, call)
    return seen


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("line", "module", "name"),
    [
        ("/runbook path", runs, "run_of"),
        ("/runbook report", reports, "after_run"),
        ("/runbook report", report_post, "report"),
        ("/runbook handover", reports, "handover"),
        ('/runbook compare "Quarterly restore test"', runbook_report, "compare"),
        ("/runbook whatif call the roll +30m", planning_whatif, "what_if"),
    ],
)
async def test_arithmetic_over_many_tasks_is_done_beside_the_loop(
    running: Stage, monkeypatch: pytest.MonkeyPatch, line: str, module: ModuleType, name: str, many: bool
) -> None:
    seen = watched(monkeypatch, module, name)
    if many:
        for one in (runs, reports, runbook_report, planning_whatif):
            monkeypatch.setattr(one, "MANY", 2)
    await running.command(line)
    assert seen
    assert all((one is not threading.main_thread()) is many for one in seen)


async def test_so_is_the_look_ahead(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.link()
    seen = watched(monkeypatch, readiness, "readiness")
    await stage.command("/runbook ready")
    monkeypatch.setattr(readiness, "MANY", 2)
    await stage.command("/runbook ready")
    assert [one is threading.main_thread() for one in seen] == [True, False]


async def test_files_are_always_written_beside_the_loop(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [watched(monkeypatch, runbook_report, name) for name in ("printed", "sheet_of", "markdown", "csv_of")]
    await running.command("/runbook report")
    await running.click("report.me")
    assert [len(threads) for threads in seen] == [1, 1, 1, 1]
    assert threading.main_thread() not in [one for threads in seen for one in threads]


async def test_pictures_are_always_planned_beside_the_loop(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [watched(monkeypatch, runbook_chart, name) for name in ("sheet_of", "alt_text")]
    await running.command("/runbook chart timeline")
    assert [len(threads) for threads in seen] == [1, 1]
    assert threading.main_thread() not in [one for threads in seen for one in threads]
