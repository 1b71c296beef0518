"""A report ready to be printed. The one rule: plain lines and cells; who prints it decides fonts and pages."""

from __future__ import annotations

import msgspec


class Table(msgspec.Struct, frozen=True):
    """`widths` are shares of the page, one a column; without `head` it is a list. `note` stands below it."""

    title: str
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ()
    note: str = ""


class Printed(msgspec.Struct, frozen=True):
    """`note` stands under the title, `facts` above the tables, `foot` on each page."""

    title: str
    note: str
    facts: tuple[str, ...]
    tables: tuple[Table, ...]
    foot: str = ""
