"""Big blocks of memory go back to the system, where there is a switch for that."""

from __future__ import annotations

import platform
import subprocess
import sys
from types import SimpleNamespace

import pytest

from bot.heap import give_back_big_blocks

SCRIPT = """
import ctypes, sys
from bot.heap import give_back_big_blocks
if sys.argv[1] == "on":
    assert give_back_big_blocks()
big = [b"z" * (8 << 20)]
big.clear()  # from here on the C library has learnt
held = [b"x" * (4 << 20) for _ in range(4)]
pin = [b"y" * 100_000 for _ in range(20)]
held.clear()
with open("/proc/self/statm") as told:
    print(int(told.read().split()[1]) * 4096 >> 20)
"""


def resident(switch: str) -> int:
    """Megabytes that are held after 16 have been freed below something that stays."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, switch], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the switch is that of glibc")
def test_what_is_freed_is_given_back_though_something_lies_on_top() -> None:
    assert resident("on") <= resident("off") - 12


def test_a_library_without_the_switch_is_left_alone() -> None:
    assert not give_back_big_blocks(SimpleNamespace())
    assert not give_back_big_blocks(SimpleNamespace(mallopt=lambda *_: 0))
