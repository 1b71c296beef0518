"""Pictures of a run. The one rule: matplotlib lives in a process of its own; nothing here imports it but `paint`."""

from bot.charts.alt import alt_text
from bot.charts.sheet import Bar, Kind, Lane, Sheet, sheet_of
from bot.charts.studio import Studio

__all__ = ["Bar", "Kind", "Lane", "Sheet", "Studio", "alt_text", "sheet_of"]
