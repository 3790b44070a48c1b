"""The verdict on a record and on a fitted device: the measurement that it names narrows as it says."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from perovdata import simulate
from perovdata.vision import run_stacked

#: A small network: which effect limits it is the question, not how well it learns.
SMALL = {"epochs": 1, "hidden": 16}
LEVEL = 0.9


def half_width(accuracy):
    low, high = np.quantile(accuracy, (0.5 - LEVEL / 2, 0.5 + LEVEL / 2))
    return (high - low) / 2


def judged(**source):
    return simulate(task="digits-online", epochs=1, options={"hidden": 16}, level=LEVEL, draws=128, **source)


def said(result, quantity):
    """What the verdict expects of the measurement, after it has named it."""
    verdict = result["verdict"]
    assert verdict["measure_next"] == quantity
    assert verdict["text"].startswith("Undecided")
    assert verdict["half_width"] == pytest.approx(half_width(result["accuracy"]["values"]))
    return verdict["expected_half_width"]


def even(values, number):
    """Positions of a few values that stand evenly in their order."""
    order = np.argsort(values)
    return order[(np.arange(number) * 2 + 1) * len(order) // (2 * number)]


def test_a_record_whose_nonlinearity_is_measured():
    result = judged(record="d0036")
    expected = said(result, "nonlinearity")
    sets = result.source.parameters
    ltp, ltd = np.asarray(sets.nonlinearity_ltp), np.asarray(sets.nonlinearity_ltd)
    others = sets.take(np.arange(32))
    found = [
        others.replace(nonlinearity_ltp=np.full(32, ltp[k]), nonlinearity_ltd=np.full(32, ltd[k]))
        for k in even(ltp - ltd, 8)
    ]
    accuracies, _ = run_stacked("digits-online", found, **SMALL)
    done = np.mean([half_width(part) for part in accuracies])
    assert 0.6 < expected / done < 1.6
    assert done < 0.8 * half_width(result["accuracy"]["values"])


FITTED = {
    "name": "fitted",
    "g_max": 1e-6,
    "g_min": 5e-8,
    "n_pulses_ltp": 60,
    "n_pulses_ltd": 60,
    "nonlinearity_ltp": 2.0,
    "nonlinearity_ltd": -2.0,
    "c2c_sigma": 0.01,
}
#: As a fit of one noisy sweep leaves them: the label is hardly known, the noise to a fifth.
OPEN = {
    "nonlinearity_ltp": ("linear", 1.5**2),
    "nonlinearity_ltd": ("linear", 1.5**2),
    "c2c_sigma": ("log", 0.2**2),
}


def device_file(path, values, unknown):
    """A device file as a fit writes it."""
    scales, variances = zip(*(OPEN[name] for name in unknown), strict=True)
    block = {
        "fields": list(unknown),
        "scales": list(scales),
        "covariance": np.diag(variances).tolist(),
    }
    path.write_text(yaml.safe_dump({**values, "uncertainty": block}))
    return path


def test_a_fitted_device_whose_nonlinearity_is_measured_more_closely(tmp_path):
    result = judged(device=device_file(tmp_path / "fitted.yaml", FITTED, OPEN))
    expected = said(result, "nonlinearity")
    assert "measuring the LTP/LTD nonlinearity more closely" in result["verdict"]["text"]
    sets = result.source.parameters
    ltp, ltd = np.asarray(sets.nonlinearity_ltp, float), np.asarray(sets.nonlinearity_ltd, float)
    done = []
    for k in even(ltp - ltd, 6):
        measured = FITTED | {"nonlinearity_ltp": float(ltp[k]), "nonlinearity_ltd": float(ltd[k])}
        path = device_file(tmp_path / "measured.yaml", measured, ["c2c_sigma"])
        again = simulate(device=path, task="digits-online", epochs=1, options={"hidden": 16}, draws=24)
        done.append(half_width(again["accuracy"]["values"]))
    assert 0.5 < expected / np.mean(done) < 2
    assert np.mean(done) < 0.8 * half_width(result["accuracy"]["values"])
