"""Fit pulses within a record over time: the train, the decay after the last pulse, the paired-pulse index."""

from __future__ import annotations

from dataclasses import replace

from perovdata.errors import InputError
from perovdata.fitting.estimate import Estimate
from perovdata.fitting.fit_decay import fit_decay
from perovdata.fitting.fit_pd import fit_pulse_train
from perovdata.fitting.result import FitResult
from perovdata.fitting.signal.measurements import Trace

#: Fewer pulses make no train.
_FEWEST = 4


def fit_trace(
    trace: Trace, *, level: float = 0.95, name: str = "device", law: str | None = None
) -> FitResult:
    """Fit what the record holds.

    Parameters
    ----------
    trace : Trace
    level : float
        Of the confidence intervals.
    name : str
        Of the device, for its file.
    law : str, optional
        Law that the device file shall run.

    Returns
    -------
    FitResult
        Kind "pd" with the decay's parameters and metrics beside it; with fewer than four pulses kind "decay".

    Raises
    ------
    InputError
        Fewer than four pulses and no decay after them; readings that no law describes.
    """
    decay = None if trace.decay is None else fit_decay(trace.decay, level=level, name=name)
    if trace.n_pulses >= _FEWEST:
        train = fit_pulse_train(trace.train, level=level, name=name, law=law)
        return train if decay is None else _together(train, decay)
    if decay is None:
        raise InputError(
            f"{name}: {trace.n_pulses} pulses and no decay after them; at least {_FEWEST} pulses or a "
            "decay are needed"
        )
    metrics = dict(decay.metrics)
    if trace.ppf is not None:
        interval, index = trace.ppf
        meaning = (
            f"A2/A1 x 100 at an interval of {interval:.4g} s, both from the state before the first pulse"
        )
        metrics["ppf_index"] = Estimate(index, None, None, "%", meaning)
    return replace(decay, metrics=metrics, warnings=[*trace.notes, *decay.warnings])


def _together(train: FitResult, decay: FitResult) -> FitResult:
    """The train with the decay after its last pulse."""
    parameters = train.parameters | {f"decay_{key}": e for key, e in decay.parameters.items()}
    volatile = {
        key: float(value[0])
        for key, value in decay.synapse.as_dict().items()
        if key.startswith("ppf_") and key not in decay.synapse.ideal_fields
    }
    device = replace(train.device, parameters=train.synapse.replace(**volatile)) if volatile else train.device
    return replace(
        train,
        parameters=parameters,
        device=device,
        metrics=train.metrics | decay.metrics,
        warnings=[*train.warnings, *(f"decay after the last pulse: {w}" for w in decay.warnings)],
        curves=train.curves,
    )
