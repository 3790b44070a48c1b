"""From quantities of the design space to parameter sets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from perovdata.devices import FIELDS, SynapseParameters
from perovdata.routing.design_space.table import DESIGN_SPACE, assumed_value, row_of


def pulse_noise(sigma: npt.ArrayLike, stated_for: npt.ArrayLike, pulses: npt.ArrayLike) -> np.ndarray:
    """Cycle noise of one pulse if a full sweep has ``pulses`` instead of ``stated_for`` of them.

    A sweep of n pulses adds up to ``sigma sqrt(n)`` (as in MLP-NeuroSim), which is kept; at most the whole
    window.
    """
    return np.minimum(np.asarray(sigma) * np.sqrt(np.asarray(stated_for) / np.asarray(pulses)), 1.0)


def parameter_sets(
    values: Mapping[str, npt.ArrayLike], *, noise_of: npt.ArrayLike | None = None
) -> SynapseParameters:
    """Assemble parameter sets from quantities.

    Parameters
    ----------
    values : mapping of row name to array of shape (P,) or scalar
        In parameter units: ratio of the window, pulses of a sweep, magnitudes of the labels ...
    noise_of : float or array, optional
        Pulses of the train for which the cycle noise is stated; None: the device's own.

    Returns
    -------
    SynapseParameters
        The window becomes g_min (without one g_min is 0), whole pulses serve both directions, and the label
        of depression has the usual sense: steepest at g_max, negative in MLP-NeuroSim.

    Raises
    ------
    InputError
        A value outside the range of its field.
    """
    given = {name: np.asarray(value, float) for name, value in values.items()}
    g_max = given.get("g_max", np.asarray(assumed_value("g_max")))
    columns = {name: given[row.name] for row in DESIGN_SPACE if row.name in given for name in row.fields}
    columns["g_max"] = g_max
    columns["g_min"] = g_max / given["window"] if "window" in given else np.zeros(())
    for name in ("n_pulses_ltp", "n_pulses_ltd"):
        columns[name] = np.rint(columns.get(name, np.asarray(FIELDS[name].neutral)))
    if "nonlinearity_ltd" in columns:
        columns["nonlinearity_ltd"] = -columns["nonlinearity_ltd"]
    if noise_of is not None and "cycle noise" in given:
        (field,) = row_of("cycle noise").fields
        columns[field] = pulse_noise(given["cycle noise"], noise_of, columns["n_pulses_ltp"])
    return SynapseParameters.make(**columns)
