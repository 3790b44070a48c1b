"""One row of the speed table: our figure, the bar, and a peer measured in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Parameters: what was measured, our figure and its unit, the bar (None: none), and the peer's figure."""

    work: str
    ours: float
    unit: str
    bar: float | None = None
    peer: str = ""
    peer_value: float | None = None
    larger_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer."""
        if self.peer_value is None:
            return None
        return self.ours / self.peer_value if self.larger_is_better else self.peer_value / self.ours

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached."""
        if self.bar is None:
            return None
        return self.ours >= self.bar if self.larger_is_better else self.ours <= self.bar


def seconds(
    work: Callable[[], object], repeat: int = 5, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Shortest of several runs, the least disturbed one; wall time unless another clock is given."""
    best = float("inf")
    for _ in range(repeat):
        start = clock()
        work()
        best = min(best, clock() - start)
    return best


def show(rows: list[Row]) -> None:
    """Print the table."""
    head = ("work", "ours", "bar", "met", "peer", "peer's", "times better")
    lines = [head]
    for row in rows:
        sign = ">=" if row.larger_is_better else "<="
        lines.append(
            (
                row.work,
                f"{row.ours:.3g} {row.unit}",
                "" if row.bar is None else f"{sign} {row.bar:g}",
                {True: "yes", False: "NO", None: ""}[row.met],
                row.peer,
                "" if row.peer_value is None else f"{row.peer_value:.3g}",
                "" if row.ratio is None else f"{row.ratio:.1f}",
            )
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
