"""The shape of an entry in the tables of error codes. The one rule: our own words, nothing from outside."""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    """`counted` replaces `sentence` when Cutover's detail holds as many numbers as it has `{}`."""

    sentence: str
    hint: str
    counted: str = ""
