"""How big blocks of memory are given back. The one rule: where the C library has no such switch, nothing is done.

glibc learns from the first block of some megabytes that is freed (a forecast of a big runbook, say): from then on it
takes such blocks from its heap, and what lies on top of them keeps them from the system for good. Fixed bounds switch
that learning off (mallopt(3)): with three runbooks of 10,000 tasks it makes 30 MB.
"""

from __future__ import annotations

import ctypes
from typing import Any, Final

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Numbers of malloc.h."""
_BIG: Final = 256 * 1024
_TOP: Final = 1024 * 1024


def give_back_big_blocks(library: Any = None) -> bool:
    """Whether it could be switched on. `library`: the C library, the one of this process if not given."""
    switch = getattr(library if library is not None else ctypes.CDLL(None), "mallopt", None)
    if switch is None:
        return False
    return bool(switch(_MMAP_THRESHOLD, _BIG)) and bool(switch(_TRIM_THRESHOLD, _TOP))
