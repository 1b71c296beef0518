"""The checks of the benchmarks can fail: what is over its gate, what was not measured, what is no number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import page, short
from benchmarks.__main__ import RUNS
from benchmarks.result import Gate, Result, figure, medians, missed, read


def within() -> dict[str, Result]:
    """Results in which every bound is just held."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for bound in short.BOUNDS:
        found.setdefault(bound.benchmark, {}).setdefault(bound.row, {})[bound.column] = bound.limit
    return {name: Result(name, rows) for name, rows in found.items()}


def test_what_is_just_within_its_bounds_passes() -> None:
    assert short.judge(within().values()) == []


@pytest.mark.parametrize("bound", short.BOUNDS, ids=lambda one: f"{one.benchmark}-{one.row}")
def test_each_bound_fails_where_it_is_passed(bound: short.Bound) -> None:
    results = within()
    results[bound.benchmark].rows[bound.row][bound.column] *= 0.9 if bound.least else 1.1  # type: ignore[index]
    [told] = short.judge(results.values())
    assert bound.row in told
    assert ("at least" if bound.least else "at most") in told


def test_what_was_not_measured_fails() -> None:
    results = within()
    del results["render"]
    told = short.judge(results.values())
    assert told
    assert all("render" in one and "was not measured" in one for one in told)


def test_no_number_holds_no_gate() -> None:
    nothing = float("nan")
    assert not Gate("a", nothing, 1.0).held
    assert not Gate("a", nothing, 1.0, least=True).held


def test_a_missed_gate_is_named_with_its_figure() -> None:
    result = Result("command", {}, [Gate("CPU to floor", 2.5, 2.0), Gate("a second, to floor", 0.9, 0.7, least=True)])
    assert missed([result]) == ["command: CPU to floor: 2.50 (at most 2.00)"]
    assert missed([Result("plan", {})]) == ["plan: nothing was judged"]


def test_a_result_says_by_its_exit_code_whether_it_held(capsys: pytest.CaptureFixture[str]) -> None:
    bad = Result("start", {"the bot": {"ready s": 1.7}}, [Gate("ready s", 1.7, 1.5)])
    assert bad.finish() == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "FAIL  ready s: 1.70 (at most 1.50)"
    assert read(said[-1]) == bad
    assert Result("start", {}, [Gate("ready s", 1.4, 1.5)]).finish() == 0


@pytest.mark.parametrize("line", ["", "Traceback (most recent call last):", "{}", "[]", '{"name": "x", "rows": {}}'])
def test_output_without_a_result_is_an_error(line: str) -> None:
    with pytest.raises(ValueError):
        read(line)


def test_ratios_are_taken_in_each_round_and_not_between_medians() -> None:
    own = [{"CPU ms": 2.0}, {"CPU ms": 30.0}, {"CPU ms": 4.0}]
    base = [{"CPU ms": 1.0}, {"CPU ms": 10.0}, {"CPU ms": 4.0}]
    assert medians(own, base, ("CPU ms",)) == {"CPU ms": 4.0, "CPU x": 2.0}


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0.00"), (0.0123, "0.012"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12,346")],
)
def test_figures_have_three_digits(value: float, words: str) -> None:
    assert figure(value) == words


def test_the_page_shows_what_was_kept_and_what_was_missed(tmp_path: Path) -> None:
    before = "# Benchmarks\n<!-- start -->\nold\n<!-- /start -->\nmore\n"
    (tmp_path / "benchmarks.md").write_text(before)
    kept: page.Kept = {}
    result = Result(
        "start", {"the bot": {"ready s": 1.7, "CPU s": 1.0}, "floor": {"CPU s": 0.5}}, [Gate("s", 1.7, 1.5)]
    )
    page.keep(kept, result, "a machine")
    page.write(kept, tmp_path)
    text = (tmp_path / "benchmarks.md").read_text()
    assert "| the bot | 1.70 | 1.00 |" in text
    assert "| floor |  | 0.50 |" in text
    assert "- Missed: s: 1.70 (at most 1.50)" in text
    assert "a machine" in text
    assert "old" not in text
    assert text.endswith("<!-- /start -->\nmore\n")
    assert page.load(tmp_path) == kept == json.loads((tmp_path / "benchmarks.json").read_text())
    page.write(kept, tmp_path)
    assert (tmp_path / "benchmarks.md").read_text() == text


def test_a_result_without_a_place_on_the_page_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "benchmarks.md").write_text("# Benchmarks\n")
    kept: page.Kept = {}
    page.keep(kept, Result("start", {}, []), "a machine")
    with pytest.raises(LookupError, match="start"):
        page.write(kept, tmp_path)


def test_the_page_has_a_place_for_every_benchmark() -> None:
    text = (page.DOCS / "benchmarks.md").read_text()
    assert [
        name for name in (*RUNS, "peers") if f"<!-- {name} -->\n" not in text or f"<!-- /{name} -->" not in text
    ] == []


def test_the_short_form_measures_what_it_judges() -> None:
    assert {bound.benchmark for bound in short.BOUNDS} == set(short.RUNS)
