"""Pictures with matplotlib. The one rule: readable at Slack's size, in colours that all can tell apart.

Colours are those of Okabe and Ito, made for colour-blind readers; state is told by shape or hatching as well.
"""

from __future__ import annotations

import io
from typing import Final

from matplotlib.figure import Figure

from bot.charts.burnup import burnup
from bot.charts.canvas import clean
from bot.charts.sheet import Kind, Sheet
from bot.charts.timeline import timeline

_DPI: Final = 130


def paint(sheet: Sheet, kind: Kind) -> bytes:
    """The picture as PNG, 1,560 pixels wide."""
    figure: Figure = (timeline if kind is Kind.TIMELINE else burnup)(clean(sheet))
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DPI)
    return out.getvalue()
