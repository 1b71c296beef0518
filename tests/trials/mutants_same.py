"""Faults that change nothing anybody could see, each looked at and with its reason. The one rule: `make mutants` tries
these too, and one that a test does notice, or that is not there any more, has to leave this list.

(module, function, what became what): why.
"""

from __future__ import annotations

SAME: dict[tuple[str, str, str], str] = {}
