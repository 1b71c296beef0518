"""How wide text is, and where it breaks. The one rule: letters that the font has not are left out."""

from __future__ import annotations

from functools import cache
from typing import Final

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font, LoadFlags

from bot.charts.canvas import drawable, legible

_UNIT: Final = 100.0
_SUBPIXELS: Final = 65_536.0


class Letters:
    """Measures with the font that is drawn with, letter by letter: kerning is not worth the time."""

    def __init__(self) -> None:
        self._known = drawable()
        self._fonts = {bold: _font(bold) for bold in (False, True)}
        self._advance = cache(self._measured)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """In points, at `size` points."""
        return sum(self._advance(one, bold) for one in text) * size

    def cut(self, text: str, size: float, room: float, *, bold: bool = False) -> str:
        """As much of it as one line of `room` points holds."""
        return (self.wrap(text, size, room, 1, bold=bold) or [""])[0]

    def wrap(self, text: str, size: float, room: float, most: int, *, bold: bool = False) -> list[str]:
        """At most so many lines, broken between words where that is possible; what is left out is told by `…`."""
        words = legible(text, self._known)
        lines: list[str] = []
        while words and len(lines) < most:
            line = words.pop(0)
            while words and self.width(f"{line} {words[0]}", size, bold=bold) <= room:
                line = f"{line} {words.pop(0)}"
            held = self._held(line, size, room, bold=bold)
            if len(held) < len(line):  # one word, longer than a line
                words.insert(0, line[len(held) :])
            lines.append(held)
        if words and lines:
            last = lines[-1]
            while last and self.width(f"{last}…", size, bold=bold) > room:
                last = last[:-1]
            lines[-1] = f"{last.rstrip()}…"
        return lines

    def _held(self, word: str, size: float, room: float, *, bold: bool) -> str:
        left, count = room, 0
        for one in word:
            left -= self._advance(one, bold) * size
            if left < 0:
                break
            count += 1
        return word[: max(count, 1)]

    def _measured(self, letter: str, bold: bool) -> float:
        glyph = self._fonts[bold].load_char(ord(letter), flags=LoadFlags.NO_HINTING)
        return float(glyph.linearHoriAdvance) / _SUBPIXELS / _UNIT


def _font(bold: bool) -> FT2Font:
    properties = font_manager.FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    font = FT2Font(font_manager.findfont(properties))
    font.set_size(_UNIT, 72)
    return font
