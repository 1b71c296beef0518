"""What a run looks like from behind, and at a change of shift. The one rule: pure; facts and numbers, no words."""

from bot.report.after import AfterRun, StreamSum, after_run
from bot.report.compare import Comparison, Pair, compare
from bot.report.deeds import Deed, RagMark, deeds_told, rag_told
from bot.report.handover import Handover, StreamNote, handover
from bot.report.lines import LATE, Line
from bot.report.printed import printed

__all__ = [
    "LATE",
    "AfterRun",
    "Comparison",
    "Deed",
    "Handover",
    "Line",
    "Pair",
    "RagMark",
    "StreamNote",
    "StreamSum",
    "after_run",
    "compare",
    "deeds_told",
    "handover",
    "printed",
    "rag_told",
]
