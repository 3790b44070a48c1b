"""Whether memory holds as many parameter sets as are asked for."""

from __future__ import annotations

from perovdata.checks import check_counts
from perovdata.engine import require_memory

_BYTES_OF_DRAW = 6000  # at most held for a draw, measured with 20,000 of a composition and of a record


def require_draws(draws: int, devices: int = 1) -> None:
    """Refuse draws that are no number, or that memory does not hold, before any is made.

    Parameters
    ----------
    draws : int
        Parameter sets of each device.
    devices : int
        How many are held at once.

    Raises
    ------
    InputError
        With the largest number that fits.
    """
    check_counts(draws=draws)
    require_memory(_BYTES_OF_DRAW * devices, draws, "draws")
