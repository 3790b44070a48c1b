"""The shapes that docstrings state, checked by jaxtyping: one name has one length within a call.

Every length differs from the others, so that none fits by chance.
"""

# ruff: noqa: F722 - axes are named in strings that are no expressions, as jaxtyping wants them

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from beartype import beartype
from jaxtyping import Float, Int, Integer, Shaped, TypeCheckError, jaxtyped

from perovdata.arrays import (
    Crossbar,
    CrossbarState,
    OnlineResult,
    Protocol,
    apply_pulses,
    column_currents,
    effective_conductance,
    infer,
    train_online,
    train_software,
)
from perovdata.devices import SynapseParameters

Array = np.ndarray | jax.Array
shaped = jaxtyped(typechecker=beartype)

SETS, SEEDS, SAMPLES, ROWS, COLUMNS, DEVICES = 2, 3, 5, 7, 4, 11
PARAMS = SynapseParameters.make(
    g_max=[1e-6, 2e-6],
    g_min=1e-8,
    n_pulses_ltp=32,
    n_pulses_ltd=32,
    nonlinearity_ltp=2.0,
    c2c_sigma=0.01,
)


@shaped
def lanes_of_a_state(
    state: CrossbarState,
    g: Float[Array, "L D rows columns"],
    scale: Float[Array, "L columns"],
    top: Float[Array, " L"],
    given: Float[Array, "L D rows columns"],
    missed: Int[Array, " L"],
) -> int:
    return len(top)


@shaped
def pulsed(g: Float[Array, "P devices"], n: Int[Array, "#P #devices"]) -> Float[Array, "P devices"]:
    return apply_pulses(PARAMS, g, n)


@shaped
def read(
    crossbar: Crossbar, w: Float[Array, "rows columns"], x: Float[Array, "n rows"]
) -> Float[Array, "P S n columns"]:
    state = crossbar.program(w)
    assert lanes_of_a_state(state, *state[:5]) == SETS * SEEDS
    y, after = crossbar.read(state, x)
    assert lanes_of_a_state(after, *after[:5]) == SETS * SEEDS
    return y


@shaped
def stored(crossbar: Crossbar, w: Float[Array, "rows columns"]) -> Float[Array, "P S rows columns"]:
    state = crossbar.program(w)
    cells, _ = crossbar.read_cells(state)
    assert cells.shape == crossbar.weights(state).shape
    return cells


@shaped
def learned(
    crossbar: Crossbar, x: Float[Array, "n rows"], delta: Float[Array, "n columns"]
) -> Float[Array, "P S rows columns"]:
    state = crossbar.update(crossbar.empty(), x, delta)
    assert all(share.shape == (SETS, SEEDS) for share in crossbar.wear(state).values())
    return crossbar.weights(state)


@shaped
def inferred(
    w1: Float[Array, "inputs hidden"], w2: Float[Array, "hidden outputs"], x: Float[Array, "n inputs"]
) -> Float[Array, "P S n outputs"]:
    return infer(PARAMS, [w1, w2], x, seeds=SEEDS)


@shaped
def trained(
    result: OnlineResult,
    accuracy: Float[Array, "P S T"],
    epochs: Shaped[Array, " T"],
    pulses: Float[Array, "P S 2 2"],
    pulse_conductance: Float[Array, "P S 2"],
    predictions: Integer[Array, "P S tests"],
    endurance_used: Float[Array, "P S"],
    exhausted: Float[Array, "P S"],
    hidden: Float[Array, "P S units inputs"],
    outputs: Float[Array, "P S classes units"],
) -> Float[Array, "P S"]:
    return result.last(1)


@shaped
def in_software(epochs: int) -> Float[Array, "S epochs"]:
    x, y = images(SAMPLES)
    return train_software(
        x, y, x, y, hidden=6, classes=3, epochs=epochs, seeds=tuple(range(SEEDS)), protocol=SHORT
    )


@shaped
def through_wires(
    g: Float[Array, "rows columns"], v: Float[Array, "n rows"]
) -> tuple[Float[Array, "rows columns"], Float[Array, "n columns"]]:
    return effective_conductance(g, 1.0, 1.0), column_currents(jnp.asarray(g), jnp.asarray(v), 1.0, 1.0)


SHORT = Protocol(samples_per_epoch=8)


def images(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((n, ROWS)), np.arange(n) % 3


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).random(shape).astype(np.float32)


def test_pulses_keep_the_shape_of_the_states():
    for shape in ((SETS, DEVICES), (1, DEVICES), (SETS, 1), (1, 1)):
        assert pulsed(numbers(SETS, DEVICES), np.ones(shape, int)).shape == (SETS, DEVICES)


@pytest.mark.parametrize("scheme", [{}, {"wires": "lumped", "wire_resistance": 2.0}, {"adc_bits": 6}])
def test_a_crossbar_reads_stores_and_learns(scheme):
    crossbar = Crossbar(PARAMS, (ROWS, COLUMNS), seeds=SEEDS, **scheme)
    w, x, delta = numbers(ROWS, COLUMNS) - 0.5, numbers(SAMPLES, ROWS), numbers(SAMPLES, COLUMNS) - 0.5
    assert read(crossbar, w, x).shape == (SETS, SEEDS, SAMPLES, COLUMNS)
    assert stored(crossbar, w).shape == learned(crossbar, x, delta).shape == (SETS, SEEDS, ROWS, COLUMNS)


def test_a_network_gives_one_output_per_class():
    out = inferred(numbers(ROWS, 6), numbers(6, COLUMNS), numbers(SAMPLES, ROWS))
    assert out.shape == (SETS, SEEDS, SAMPLES, COLUMNS)


def test_training_gives_what_its_result_states():
    x, y = images(SAMPLES)
    tests, labels = images(DEVICES)
    result = train_online(
        PARAMS, x, y, tests, labels, hidden=6, epochs=2, seeds=SEEDS, protocol=SHORT, keep_weights=True
    )
    last = trained(
        result,
        result.accuracy,
        result.epochs,
        result.pulses,
        result.pulse_conductance,
        result.predictions,
        result.endurance_used,
        result.exhausted,
        *result.conductance,
    )
    assert last.shape == (SETS, SEEDS)
    assert result.predictions.shape[2] == DEVICES
    assert in_software(2).shape == (SEEDS, 2)


def test_wires_keep_the_shape_of_the_array():
    solved, currents = through_wires(1e-6 * numbers(ROWS, COLUMNS).astype(float), numbers(SAMPLES, ROWS))
    assert solved.shape == (ROWS, COLUMNS)
    assert currents.shape == (SAMPLES, COLUMNS)


def test_a_shape_that_does_not_fit_is_seen():
    """The checks above can fail: a state of one set more is told before the engine sees it."""
    with pytest.raises(TypeCheckError):
        pulsed(numbers(SETS, DEVICES), np.ones((SETS + 1, DEVICES), int))
