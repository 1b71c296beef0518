"""The painter's process: orders come in, pictures go out. The one rule: it holds nothing between two orders.

Frames of four bytes of length (network order) and the body; the end of the input is the end of the process. A picture
that cannot be painted is a frame of length 0.
"""

from __future__ import annotations

import sys
from typing import BinaryIO

import msgspec

from bot.charts.pages import print_pages
from bot.charts.paint import paint
from bot.charts.sheet import Kind
from bot.charts.studio import HEAD, PDF, Order


def main(orders: BinaryIO, pictures: BinaryIO) -> None:
    """Paint until nobody asks any more."""
    while True:
        head = orders.read(HEAD.size)
        if len(head) < HEAD.size:
            return
        (size,) = HEAD.unpack(head)
        body = orders.read(size)
        try:
            order = msgspec.msgpack.decode(body, type=Order)
            picture = _made(order)
        except Exception:  # the next order may be a good one; who asked is told that this was not
            picture = b""
        pictures.write(HEAD.pack(len(picture)) + picture)
        pictures.flush()


def _made(order: Order) -> bytes:
    if order.kind == PDF and order.printed is not None:
        return print_pages(order.printed, order.sheet)
    return paint(order.sheet, Kind(order.kind))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
