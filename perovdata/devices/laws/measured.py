"""The measured law: the distribution of the change of one pulse, given the state, as the cycles show it.

Per direction a table over the states: mean change, spread and quantiles, and how many pulses were seen there.
Shape, asymmetry, plateau, first-pulse jump and a window of each direction's own are what the table holds;
nothing is assumed but that the state decides what the next pulse does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from perovdata.devices.laws.base import ATOMS, DIRECTIONS, Law
from perovdata.devices.laws.jump_statistics import conditional_jumps
from perovdata.errors import InputError

_FEWEST_PULSES = 8
_KEYS = ("state", "mean", "spread", "quantiles", "count", "window")


@dataclass(frozen=True, eq=False)
class Jumps:
    """What pulses of one direction do, by the state before the pulse.

    Parameters
    ----------
    state : ndarray, shape (B,)
        Normalised conductance, rising.
    mean, spread : ndarray, shape (B,)
        Of the change of one pulse, fraction of the window; the spread without the noise of the readings.
    quantiles : ndarray, shape (B, Q)
        Of the change, at the levels (k + 1/2) / Q.
    count : ndarray, shape (B,)
        Pulses from which each row comes.
    window : tuple of float
        Lowest and highest state that this direction reached. Beyond the end that its pulses drive to, they do
        nothing; before its start they do what they do at the start.
    """

    state: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    quantiles: np.ndarray
    count: np.ndarray
    window: tuple[float, float]

    def __post_init__(self) -> None:
        shapes = {name: getattr(self, name).shape for name in ("mean", "spread", "count")}
        b = self.state.shape
        if len(b) != 1 or b[0] < 2 or not (np.diff(self.state) > 0).all():
            raise InputError("measured law, state: give at least two rising numbers")
        if any(shape != b for shape in shapes.values()) or self.quantiles.shape[:1] != b:
            raise InputError(
                f"measured law: mean, spread, count and quantiles need {b[0]} rows, as state has"
            )
        if self.quantiles.ndim != 2 or self.quantiles.shape[1] < 2:
            raise InputError("measured law, quantiles: give a row of at least two numbers per state")
        for name in ("state", "mean", "spread", "quantiles"):
            if not np.isfinite(getattr(self, name)).all():
                raise InputError(f"measured law, {name}: NaN or infinite values are not accepted")
        if (self.spread < 0).any() or (np.diff(self.quantiles, axis=1) < 0).any():
            raise InputError("measured law: spread must not be negative, and quantiles must rise along a row")
        low, high = self.window
        if not 0.0 <= low < high <= 1.0:
            raise InputError(f"measured law, window: {low:g} to {high:g} is not a range within 0 to 1")

    def at(self, g: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean, spread and quantiles at any states, linear between rows, constant outside."""
        place = np.interp(g, self.state, np.arange(len(self.state), dtype=float))
        low = np.minimum(place.astype(int), len(self.state) - 2)
        share = place - low

        def between(rows: np.ndarray) -> np.ndarray:
            w = share.reshape(-1, *(1,) * (rows.ndim - 1))
            return rows[low] * (1.0 - w) + rows[low + 1] * w

        return between(self.mean), between(self.spread), between(self.quantiles)


@dataclass(frozen=True, eq=False, repr=False)
class MeasuredLaw(Law):
    """Jump table of a device.

    Parameters
    ----------
    ltp, ltd : Jumps
    reading_noise : float
        Sigma of one reading as the cycles show it, fraction of the window; not part of the jumps.
    """

    ltp: Jumps
    ltd: Jumps
    reading_noise: float = 0.0
    name: ClassVar[str] = "measured"
    uses_parameters: ClassVar[bool] = False

    @classmethod
    def from_cycles(
        cls,
        ltp: Sequence[np.ndarray] | np.ndarray,
        ltd: Sequence[np.ndarray] | np.ndarray,
        *,
        g_min: float = 0.0,
        g_max: float = 1.0,
    ) -> MeasuredLaw:
        """Estimate the table from potentiation and depression sweeps.

        Parameters
        ----------
        ltp, ltd : sequence of array_like
            One row per sweep: readings after 0, 1, 2 ... pulses, one pulse apart (rows may differ in length;
            NaN: no reading). S, with the window below, or fractions of it.
        g_min, g_max : float
            Window of the device, in the unit of the readings.

        Raises
        ------
        InputError
            Fewer than 8 pulses in a direction, or a window that is none.

        Notes
        -----
        The mean is a local straight line over the nearest readings, as many as predict left-out sweeps best
        (:mod:`perovdata.devices.laws.jump_statistics`). Noise of the readings shows as neighbouring changes
        that undo each other; its variance is taken out of the spread.
        """
        if not (np.isfinite([g_min, g_max]).all() and g_min < g_max):
            raise InputError(f"measured law, window: g_min = {g_min:g} is not below g_max = {g_max:g}")
        found: dict[str, Jumps] = {}
        noise = []
        for (name, sign), sweeps in zip(DIRECTIONS, (ltp, ltd), strict=True):
            rows = [(np.asarray(row, float).ravel() - g_min) / (g_max - g_min) for row in sweeps]
            pulses = sum(int(np.isfinite(row[1:] - row[:-1]).sum()) for row in rows)
            if pulses < _FEWEST_PULSES:
                raise InputError(
                    f"measured law, {name}: {pulses} pulses; at least {_FEWEST_PULSES} are needed"
                )
            table = conditional_jumps(rows, sign)
            noise.append(table.reading_noise)
            found[name] = Jumps(
                table.state, table.mean, table.spread, table.quantiles, table.pulses, table.window
            )
        return cls(found["ltp"], found["ltd"], float(np.sqrt(np.mean(np.square(noise)))))

    def __repr__(self) -> str:
        pulses = ", ".join(f"{self._jumps(sign).count.sum():g} {name.upper()}" for name, sign in DIRECTIONS)
        return f"MeasuredLaw({pulses} pulses)"

    def _jumps(self, sign: int) -> Jumps:
        return self.ltp if sign > 0 else self.ltd

    def change(self, g: np.ndarray, sign: int, n_pulses: float = np.nan) -> np.ndarray:
        """Mean change of g by one pulse; the table knows, whatever the pulses of a sweep."""
        g = np.asarray(g, float)
        mean, _, _ = self._jumps(sign).at(g)
        return self._inside(g, mean, sign)

    def outcomes(
        self, g: np.ndarray, sign: int, n_pulses: float, sigma: float, relative: float
    ) -> np.ndarray:
        """Where one pulse may lead (:meth:`Law.outcomes`): the measured quantiles and spread."""
        g = np.asarray(g, float)
        mean, spread, quantiles = self._jumps(sign).at(g)
        levels = (np.arange(quantiles.shape[1]) + 0.5) / quantiles.shape[1]
        wanted = (np.arange(ATOMS) + 0.5) / ATOMS
        atoms = np.stack([np.interp(wanted, levels, row) for row in quantiles])
        atoms -= atoms.mean(1, keepdims=True)
        scale = atoms.std(1)
        atoms *= np.divide(spread, scale, out=np.zeros_like(scale), where=scale > 0)[:, None]
        return np.clip(g[:, None] + self._inside(g, mean, sign)[:, None] + atoms, 0.0, 1.0)

    def curve(self, sign: int, n_pulses: int) -> np.ndarray:
        """Mean course of a sweep as measured: from the start of its window, with the noise of pulses."""
        low, high = self._jumps(sign).window
        atoms = np.full(ATOMS, low if sign > 0 else high)
        states = [atoms[0]]
        for _ in range(n_pulses):
            pairs = np.sort(self.outcomes(atoms, sign, n_pulses, 0.0, 0.0), axis=None)
            atoms = pairs.reshape(ATOMS, ATOMS).mean(1)
            states.append(atoms.mean())
        return np.array(states)

    def _inside(self, g: np.ndarray, mean: np.ndarray, sign: int) -> np.ndarray:
        """No pulse drives on beyond the end of its direction's window."""
        low, high = self._jumps(sign).window
        if sign > 0:
            return np.minimum(mean, np.maximum(high - g, 0.0))
        return np.maximum(mean, np.minimum(low - g, 0.0))

    def misfit(self, other: Law, n_pulses: tuple[float, float]) -> float:
        """How far apart this law and another draw a full sweep, LTP and LTD: rms, fraction of the window.

        Parameters
        ----------
        other : Law
        n_pulses : tuple of float
            Pulses of a full sweep, LTP and LTD.
        """
        gaps = [
            self.curve(sign, round(n)) - other.curve(sign, round(n))
            for (_, sign), n in zip(DIRECTIONS, n_pulses, strict=True)
        ]
        return float(np.sqrt(np.mean(np.concatenate(gaps) ** 2)))

    def to_dict(self) -> dict[str, Any]:
        """Plain form: per direction state, mean, spread, quantiles, count, window; and the reading noise."""
        block: dict[str, Any] = {"reading_noise": _short(self.reading_noise)}
        for name, sign in DIRECTIONS:
            table = self._jumps(sign)
            block[name] = {key: _short(getattr(table, key)) for key in _KEYS}
        return block

    @classmethod
    def from_dict(cls, block: Mapping[str, Any]) -> MeasuredLaw:
        """Read the plain form."""
        tables = {}
        for name, _ in DIRECTIONS:
            given = block.get(name)
            if not isinstance(given, Mapping) or not set(_KEYS) <= set(given):
                raise InputError(f"measured law, {name}: a mapping of {', '.join(_KEYS)} is expected")
            try:
                columns = {key: np.array(given[key], dtype=float) for key in _KEYS}
                low, high = columns.pop("window")
            except (TypeError, ValueError):
                raise InputError(f"measured law, {name}: not a table of numbers") from None
            tables[name] = Jumps(**columns, window=(float(low), float(high)))
        noise = block.get("reading_noise", 0.0)
        if not isinstance(noise, int | float) or not (np.isfinite(noise) and noise >= 0):
            raise InputError(f"measured law, reading_noise: '{noise}' is not a number of 0 or more")
        return cls(tables["ltp"], tables["ltd"], float(noise))


def _short(value: Any) -> Any:
    """Numbers as a file keeps them: six digits, a table of readings holds no more."""
    if isinstance(value, np.ndarray | tuple | list):
        return [_short(item) for item in value]
    return float(f"{float(value):.6g}")
