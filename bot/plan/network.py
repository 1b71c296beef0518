"""Who waits for whom, by position. The one rule: predecessors come first in `order`, or there is no network at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.errors import BotError


class Cyclic(BotError):
    """The tasks wait for each other in a circle, so nothing can be computed."""

    code = "cyclic"

    def __init__(self, ids: Sequence[str]) -> None:
        shown = ", ".join(ids[:5])
        super().__init__(
            f"Tasks of this runbook wait for each other in a circle: {shown}.", "Mend it in Cutover first."
        )
        self.ids = tuple(ids)


class Network:
    """`waits` maps each id to the ids it waits for; ids that are not in it are left out. Raises `Cyclic`.

    `ids` in the order of `waits`; `before` and `order` hold positions in it.
    """

    __slots__ = ("before", "ids", "order")

    def __init__(self, waits: Mapping[str, Sequence[str]]) -> None:
        self.ids = list(waits)
        place = {key: at for at, key in enumerate(self.ids)}
        self.before = [tuple([place[one] for one in ones if one in place]) for ones in waits.values()]
        self.order = self._order()

    def _order(self) -> list[int]:
        """Predecessors first, depth first: quick where the steps are listed in about that order already."""
        order: list[int] = []
        done, entered = bytearray(len(self.ids)), bytearray(len(self.ids))
        for root in range(len(self.ids)):
            waiting = [root]
            while waiting:
                at = waiting[-1]
                open_ones = [one for one in self.before[at] if not done[one]]
                if open_ones and not done[at]:
                    entered[at] = 1
                    if any(entered[one] for one in open_ones):
                        way = [one for one in waiting if entered[one] and not done[one]]
                        raise Cyclic([self.ids[one] for one in _circle(way, open_ones)])
                    waiting += open_ones
                    continue
                waiting.pop()
                if not done[at]:
                    done[at] = 1
                    order.append(at)
        return order


def _circle(way: Sequence[int], met: Sequence[int]) -> Sequence[int]:
    """From the step met again to the one that waits for it. A step can be on the way twice: the last counts."""
    first = max(place for place, at in enumerate(way) if at in met)
    return way[first:]
