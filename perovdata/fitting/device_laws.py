"""The laws that a device file gets from a fit, and which of them the array runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from perovdata.devices.laws import Law, MeasuredLaw, SoftBoundsLaw, make_law
from perovdata.errors import InputError, unknown_choice
from perovdata.fitting.laws.compare import Comparison
from perovdata.fitting.laws.likelihood import Sweep
from perovdata.fitting.laws.shapes import ShapeFit

#: The exponential stays the law of the file while no other explains this much more of the variance,
_CLOSE = 0.01
#: and a law that is to run explains at most this much less than the best.
_WITHIN = 0.02
#: A jump table is made from at most so many readings of a direction.
_ENOUGH = 20_000


def device_laws(comparison: Comparison, sweeps: list[Sweep], g_min: float, g_max: float) -> dict[str, Law]:
    """Laws that the simulator knows, with the numbers fitted, by name; the exponential is in the labels.

    Parameters
    ----------
    comparison : Comparison
    sweeps : list of Sweep
        Their single pulses make the jump table; a direction without enough of them makes none.
    g_min, g_max : float, S
        Window of the device.
    """
    laws: dict[str, Law] = {}
    for fit in comparison.fits:
        if fit.runs and fit.law != "exponential":
            law = _made(partial(make_law, fit.law, _block(comparison.signs, fit.directions)))
            if law is not None:
                laws[fit.law] = law
    curvatures = [
        float(f.shape.numbers(f.point)["curvature"]) for f in comparison.of("exponential").directions
    ]
    if min(curvatures) > 0:
        pair = (curvatures[0], curvatures[-1])
        soft = _made(lambda: SoftBoundsLaw(rate=pair))
        if soft is not None:
            laws[SoftBoundsLaw.name] = soft
    up, down = (_single_pulses(sweeps, sign) for sign in (1, -1))
    measured = _made(lambda: MeasuredLaw.from_cycles(up, down, g_min=g_min, g_max=g_max))
    if measured is not None:
        laws[MeasuredLaw.name] = measured
    return laws


def _made(build: Callable[[], Law]) -> Law | None:
    """A law, or None where its numbers are outside what the simulator takes."""
    try:
        return build()
    except InputError:
        return None


def _block(signs: tuple[int, ...], directions: tuple[ShapeFit, ...]) -> dict[str, Any]:
    """Numbers of both directions; one that was not measured mirrors the other."""
    own = {sign: f.shape.numbers(f.point) for sign, f in zip(signs, directions, strict=True)}
    only = next(iter(own.values()))
    return {"ltp": own.get(1, only), "ltd": own.get(-1, only)}


def _single_pulses(sweeps: list[Sweep], sign: int) -> list[np.ndarray]:
    """Sweeps of one direction with a reading after every pulse; NaN where one is missing."""
    rows: list[np.ndarray] = []
    for sweep in sweeps:
        whole = np.round(sweep.pulses).astype(int)
        if sweep.sign != sign or (whole != sweep.pulses).any():
            continue
        values = sweep.values[: max(1, _ENOUGH // len(whole))]
        grid = np.full((len(values), whole[-1] - whole[0] + 1), np.nan)
        grid[:, whole - whole[0]] = values
        rows += list(grid)
    return rows


def measured_r2(law: MeasuredLaw, sweeps: list[Sweep], g_min: float, g_max: float) -> float:
    """R2 of the mean course of the jump table over all readings, each direction against its own mean."""
    left = total = 0.0
    for sweep in sweeps:
        here = np.isfinite(sweep.values)
        first = sweep.values[:, np.flatnonzero(here.any(axis=0))[0]]
        g = np.array([(float(np.nanmean(first)) - g_min) / (g_max - g_min)])
        course = [float(g[0])]
        for _ in range(round(float(sweep.pulses[-1] - sweep.pulses[0]))):
            g = np.clip(g + law.change(g, sweep.sign), 0.0, 1.0)
            course.append(float(g[0]))
        at = np.interp(sweep.pulses - sweep.pulses[0], np.arange(len(course)), course)
        line = g_min + (g_max - g_min) * at
        left += float(np.sum((sweep.values - line)[here] ** 2))
        total += float(np.sum((sweep.values[here] - sweep.values[here].mean()) ** 2))
    return 1.0 - left / max(total, 1e-300)


def choose_law(
    comparison: Comparison,
    laws: dict[str, Law],
    r2: float,
    table_r2: float | None,
    shared: bool,
    asked: str | None,
) -> tuple[str, float]:
    """The law that the device file runs, and its R2.

    The exponential while no other explains 1 % more of the variance and the directions share a window; else
    the best of the ranking that the simulator knows and that lies within 2 % of the best; else the jump
    table.

    Parameters
    ----------
    comparison : Comparison
    laws : dict of str to Law
        What the file holds.
    r2 : float
        Of the exponential as given in the file.
    table_r2 : float or None
        Of the jump table.
    shared : bool
        Both directions run between the same ends.
    asked : str or None
        Named by the user.

    Raises
    ------
    InputError
        A law asked for that the file cannot hold.
    """
    known = {"exponential": r2} | {f.law: f.r2 for f in comparison.fits if f.law in laws}
    if SoftBoundsLaw.name in laws:
        known[SoftBoundsLaw.name] = comparison.of("exponential").r2
    if table_r2 is not None:
        known[MeasuredLaw.name] = table_r2
    if asked is not None:
        if asked not in known:
            raise unknown_choice("argument law", asked, known)
        return asked, known[asked]
    best = max(f.r2 for f in comparison.fits)
    if not shared and table_r2 is not None and table_r2 >= best - _WITHIN:
        return MeasuredLaw.name, table_r2
    if r2 >= best - _CLOSE:
        return "exponential", r2
    for fit in comparison.fits:
        if fit.law in laws and fit.r2 >= best - _WITHIN and fit.r2 > r2:
            return fit.law, fit.r2
    if table_r2 is not None and table_r2 > r2:
        return MeasuredLaw.name, table_r2
    return "exponential", r2
