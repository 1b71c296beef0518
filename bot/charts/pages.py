"""A report as PDF: tables on A4, then the pictures of the run. The one rule: a row stands on one page, and a table that
goes on says what it is again.

Text is drawn straight by the renderer: matplotlib's own text objects take twice the time, and a report has thousands.
Lengths are points; y grows upwards.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.transforms import IdentityTransform

from bot.charts.burnup import burnup
from bot.charts.canvas import INK, SOFT, clean
from bot.charts.letters import Letters
from bot.charts.sheet import Sheet
from bot.charts.timeline import timeline
from bot.model.printed import Printed, Table

WIDE, HIGH, EDGE = 841.9, 595.3, 40.0
"""A4 across, with its margin."""
_INSIDE: Final = WIDE - 2 * EDGE
_GAP, _PAD = 8.0, 4.0
_SMALL, _USUAL, _TITLE, _LARGE = 8.0, 10.0, 12.0, 18.0
_LINE: Final = 1.35
"""Lines to the height of their letters."""
_MOST_LINES: Final = 4
"""Of one cell; the rest of it is cut."""


class _Word(NamedTuple):
    """`size` in points."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    colour: str = INK


class _Ink(Artist):
    """The words of one page."""

    def __init__(self, words: Sequence[_Word]) -> None:
        super().__init__()
        self._words = words

    def draw(self, renderer: RendererBase) -> None:
        """Left to right, from the left end of each."""
        fonts: dict[tuple[float, bool], FontProperties] = {}
        for word in self._words:
            font = fonts.get((word.size, word.bold))
            if font is None:
                weight = "bold" if word.bold else "normal"
                font = fonts[word.size, word.bold] = FontProperties(family="DejaVu Sans", size=word.size, weight=weight)
            context = renderer.new_gc()
            context.set_foreground(word.colour)
            renderer.draw_text(context, word.x, word.y, word.text, font, 0)
            context.restore()


class _Pages:
    """Words and rules page by page, from the top down."""

    def __init__(self) -> None:
        self.words: list[list[_Word]] = []
        self.rules: list[list[tuple[float, bool]]] = []
        self.y = 0.0
        self.turn()

    def turn(self) -> None:
        """A new page."""
        self.words.append([])
        self.rules.append([])
        self.y = HIGH - EDGE

    def fits(self, height: float) -> bool:
        """Whether so much is left above the foot."""
        return self.y - height >= EDGE + 2 * _SMALL

    def line(self, text: str, size: float, *, bold: bool = False, colour: str = INK) -> None:
        self.y -= size * _LINE
        self.words[-1].append(_Word(EDGE, self.y, text, size, bold, colour))

    def rule(self, *, strong: bool = False) -> None:
        """Across the page."""
        self.rules[-1].append((self.y, strong))


def print_pages(printed: Printed, sheet: Sheet) -> bytes:
    """The report with the timeline and burn-up of `sheet`, which stand on pages of their own size."""
    pages = _laid_out(printed, Letters())
    sheet = clean(sheet)
    out = io.BytesIO()
    # Type 42 keeps names as text that can be searched and copied.
    with rc_context({"pdf.fonttype": 42}), PdfPages(out, metadata={"Title": printed.title}) as pdf:
        for words, rules in zip(pages.words, pages.rules, strict=True):
            pdf.savefig(_figure(words, rules))
        if sheet.bars:
            for figure in (timeline(sheet), burnup(sheet)):
                pdf.savefig(figure)
    return out.getvalue()


def _laid_out(printed: Printed, letters: Letters) -> _Pages:
    """All words in their places, the foot of each page too."""
    pages = _Pages()
    pages.line(letters.cut(printed.title, _LARGE, _INSIDE, bold=True), _LARGE, bold=True)
    pages.line(letters.cut(printed.note, _USUAL, _INSIDE), _USUAL, colour=SOFT)
    pages.y -= _GAP
    for fact in printed.facts:
        pages.line(letters.cut(fact, _USUAL, _INSIDE), _USUAL)
    for table in printed.tables:
        _table(pages, letters, table)
    for number, words in enumerate(pages.words, 1):
        foot = letters.cut(f"{printed.foot} · page {number} of {len(pages.words)}", _SMALL, _INSIDE)
        words.append(_Word(EDGE, EDGE - _SMALL, foot, _SMALL, colour=SOFT))
    return pages


def _figure(words: Sequence[_Word], rules: Sequence[tuple[float, bool]]) -> Figure:
    figure = Figure(figsize=(WIDE / 72, HIGH / 72), dpi=72)
    ends = [[(EDGE, y), (WIDE - EDGE, y)] for y, _ in rules]
    colours = [SOFT if strong else "#dddddd" for _, strong in rules]
    strokes = [0.8 if strong else 0.4 for _, strong in rules]
    figure.add_artist(LineCollection(ends, colors=colours, linewidths=strokes, transform=IdentityTransform()))
    figure.add_artist(_Ink(words))
    return figure


def _table(pages: _Pages, letters: Letters, table: Table) -> None:
    widths = [share * _INSIDE for share in table.widths]
    first = _wrapped(letters, table.rows[0], widths) if table.rows else []
    if not pages.fits(_GAP * 2 + _TITLE * _LINE + _head_height(table) + _height(first)):
        pages.turn()
    else:
        pages.y -= _GAP * 2
    _heading(pages, letters, table, widths, table.title)
    for cells in _rows(letters, table, widths):
        if not pages.fits(_height(cells)):
            pages.turn()
            _heading(pages, letters, table, widths, f"{table.title}, continued")
        _row(pages, cells, widths)
        pages.rule()
    if table.note:
        pages.line(letters.cut(table.note, _SMALL, _INSIDE), _SMALL, colour=SOFT)


def _heading(pages: _Pages, letters: Letters, table: Table, widths: Sequence[float], title: str) -> None:
    pages.line(letters.cut(title, _TITLE, _INSIDE, bold=True), _TITLE, bold=True)
    pages.y -= _PAD
    if table.head:
        cells = [
            [letters.cut(name, _SMALL, room - _PAD, bold=True)] for name, room in zip(table.head, widths, strict=True)
        ]
        _row(pages, cells, widths, bold=True)
    pages.rule(strong=True)


def _head_height(table: Table) -> float:
    return _PAD + (_SMALL * _LINE + _PAD if table.head else 0.0)


def _rows(letters: Letters, table: Table, widths: Sequence[float]) -> Iterator[list[list[str]]]:
    for row in table.rows:
        yield _wrapped(letters, row, widths)


def _wrapped(letters: Letters, row: Sequence[str], widths: Sequence[float]) -> list[list[str]]:
    return [letters.wrap(text, _SMALL, room - _PAD, _MOST_LINES) for text, room in zip(row, widths, strict=True)]


def _height(cells: Sequence[Sequence[str]]) -> float:
    return max((len(lines) for lines in cells), default=1) * _SMALL * _LINE + _PAD


def _row(pages: _Pages, cells: Sequence[Sequence[str]], widths: Sequence[float], *, bold: bool = False) -> None:
    x, top = EDGE, pages.y
    for lines, room in zip(cells, widths, strict=True):
        for number, text in enumerate(lines, 1):
            if text:
                colour = SOFT if bold else INK
                pages.words[-1].append(_Word(x, top - number * _SMALL * _LINE, text, _SMALL, bold, colour))
        x += room
    pages.y = top - _height(cells)
