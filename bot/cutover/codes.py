"""What Cutover's error codes mean to an engineer at 2 a.m. The one rule: map on `code`, never on Cutover's text.

Cutover's own title and detail are copy that may change (rule R01 of the reference); they are untrusted and stay in
`Finding.detail`. Only digits are taken from there, for codes whose message carries a count.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.cutover.codes_general import GENERAL
from bot.cutover.codes_run import RUN
from bot.cutover.codes_text import Meaning
from bot.errors import Finding

MEANINGS: dict[str, Meaning] = {**GENERAL, **RUN}

# What the reference only lets one guess: it does not say which start checks block by themselves.
_BLOCKING_STARTS = frozenset(("runbooks.start.invalid_fixed_end_tasks", "runbooks.start.max_tasks_exceeded"))
_COUNT = re.compile(r"\d[\d,]*")
_SAFE_CODE = re.compile(r"[a-z0-9_.]{1,80}\Z")
_MOST_DIGITS = 12


class Severity(StrEnum):
    """`warning`: a start with validation level `error` passes it. `blocking`: nothing does."""

    BLOCKING = "blocking"
    WARNING = "warning"


def explain(finding: Finding) -> tuple[str, str]:
    """Sentence and hint for one finding, both our own words and safe to show; `finding.detail` stays beside them."""
    meaning = MEANINGS.get(finding.code)
    if meaning is None:
        named = f" (code {finding.code})" if _SAFE_CODE.match(finding.code) else ""
        return f"Cutover refused this{named}.", "Cutover's own words say why; in doubt look at it in Cutover."
    numbers = _numbers(finding)
    wanted = meaning.counted.count("{}")
    if wanted and len(numbers) >= wanted:
        return meaning.counted.format(*numbers), meaning.hint
    return meaning.sentence, meaning.hint


def is_known(code: str) -> bool:
    """Whether `explain` has a sentence for it; else Cutover's own words have to be shown."""
    return code in MEANINGS


def severity(code: str) -> Severity:
    """How hard a finding is. Inferred for `runbooks.start.*`; an unknown start check counts as a warning."""
    if code.startswith("runbooks.start.") and code not in _BLOCKING_STARTS:
        return Severity.WARNING
    return Severity.BLOCKING


def is_done_already(code: str) -> bool:
    """Codes of a double click or a second responder: show the present state, not an error."""
    return code in (
        "already_actioned",
        "task.already_started",
        "task.user_already_started",
        "task.user_already_finished",
    )


def _numbers(finding: Finding) -> list[str]:
    found = [word.replace(",", "") for word in _COUNT.findall(finding.detail.raw[:500])]
    return [word for word in found if len(word) <= _MOST_DIGITS and word.isascii()]
