"""Crossbar: exact when ideal, each non-ideality with its own signature, writing, rules, bad input."""

import doctest

import jax
import numpy as np
import pytest

from perovdata.arrays import (
    Crossbar,
    FullPulses,
    MixedPrecision,
    StochasticPulses,
    TikiTaka,
    infer,
)
from perovdata.arrays import crossbar as crossbar_module
from perovdata.devices import SynapseParameters, label_to_curvature, preset
from perovdata.errors import InputError

ROWS, COLUMNS = 24, 6
RNG = np.random.default_rng(0)
W = RNG.standard_normal((ROWS, COLUMNS))
X = RNG.uniform(-1, 1, (9, ROWS))
IDEAL = SynapseParameters.make(g_max=[1e-6, 1e-4], g_min=1e-8)


def test_examples_in_the_docstrings():
    assert doctest.testmod(crossbar_module).attempted > 5
    assert doctest.testmod(crossbar_module).failed == 0


def read(params=IDEAL, x=X, *, method="exact", elapsed=0.0, seeds=1, calibrate=False, **design):
    crossbar = Crossbar(params, (ROWS, COLUMNS), seeds=seeds, **design)
    state = crossbar.program(W, method=method)
    if calibrate:
        state = crossbar.calibrate(state, x)
    return np.asarray(crossbar.read(state, x, elapsed=elapsed)[0])


@pytest.mark.parametrize(
    "design", [{}, {"scheme": "reference"}, {"significance": (8.0, 1.0)}, {"scale": "column"}], ids=str
)
def test_ideal_settings_are_a_matrix_product(design):
    y = read(seeds=2, **design)
    assert y.shape == (2, 2, 9, COLUMNS)
    np.testing.assert_allclose(y, np.broadcast_to(X @ W, y.shape), atol=3e-6)


@pytest.mark.parametrize("encoding", ["analog", "pulse-width", "bit-serial"])
def test_input_resolution(encoding):
    steps = 2**4 - 1
    rounded = np.round(X * steps) / steps
    y = read(input_bits=4, encoding=encoding)
    np.testing.assert_allclose(y[0, 0], rounded @ W, atol=3e-6)


def test_converter_resolution_and_range():
    exact = X @ W
    scale = np.abs(W).max()
    coarse = read(adc_bits=6)
    step = ROWS / (2**5 - 1) * scale
    assert np.abs(coarse - exact).max() <= step / 2 * 1.001
    assert np.abs(coarse[0, 0] / step - np.round(coarse[0, 0] / step)).max() < 1e-3
    fine = read(adc_bits=6, calibrate=True)
    assert np.abs(fine - exact).max() <= np.abs(exact).max() / (2**5 - 1) / 2 * 1.001
    clipped = read(adc_bits=8, adc_range=0.5)
    assert np.abs(clipped).max() <= 0.5 * scale * 1.001  # saturates


def test_bit_serial_converts_every_plane():
    exact = X @ W
    serial = read(input_bits=8, adc_bits=10, encoding="bit-serial", calibrate=True)
    assert 0 < np.abs(serial - exact).max() < 0.02 * np.abs(exact).max()


def test_read_noise_is_drawn_per_read_with_the_lumped_variance():
    params = SynapseParameters.make(read_noise=0.05)
    crossbar = Crossbar(params, (ROWS, COLUMNS))
    state = crossbar.program(W, method="exact")
    x = np.repeat(X[:1], 4000, axis=0)
    first, state = crossbar.read(state, x)
    second, state = crossbar.read(state, x)
    error = np.asarray(first)[0, 0] - X[0] @ W
    expected = (
        0.05 * np.abs(W).max() * np.sqrt(2 * (X[0] ** 2).sum())
    )  # plus and minus device of every weight
    np.testing.assert_allclose(error.std(), expected, rtol=0.03)
    assert abs(error.mean()) < 5 * expected / np.sqrt(error.size)
    assert not np.array_equal(first, second)
    assert abs(np.corrcoef(np.asarray(first).ravel(), np.asarray(second).ravel())[0, 1]) < 1
    relative = read(SynapseParameters.make(g_min=1e-9, read_noise_relative=0.1), x)[0, 0] - X[0] @ W
    expected = 0.1 * np.sqrt(((X[0] ** 2)[:, None] * W**2).sum(0))
    np.testing.assert_allclose(relative.std(0), expected, rtol=0.06)


def test_stuck_devices():
    y = read(SynapseParameters.make(stuck_off=1.0))
    np.testing.assert_allclose(y, 0.0, atol=1e-5)
    crossbar = Crossbar(SynapseParameters.make(stuck_on=0.3), (100, 100))
    w = np.asarray(crossbar.weights(crossbar.program(np.eye(100) * 0.5, method="exact")))
    off_diagonal = w[0, 0][~np.eye(100, dtype=bool)] / 0.5
    assert abs((np.abs(off_diagonal) == 1).mean() - 2 * 0.3 * 0.7) < 0.02  # one of the two devices stuck


def test_drift_between_programming_and_reading():
    y = read(SynapseParameters.make(g_min=1e-9, retention_tau=100.0), elapsed=100.0)
    np.testing.assert_allclose(y[0, 0], np.exp(-1) * (X @ W), atol=1e-4)


def test_spread_of_windows_is_an_error_of_the_weights():
    y = read(SynapseParameters.make(d2d_g_max=0.1, g_min=1e-9))
    assert 0.01 < np.std(y[0, 0] - X @ W) / np.std(X @ W) < 0.3


def test_lumped_wires_lose_more_far_from_the_driver():
    crossbar = Crossbar(SynapseParameters.make(g_max=1e-4), (64, 64), wire_resistance=5.0)
    w = np.asarray(crossbar.weights(crossbar.program(np.ones((64, 64)), method="exact")))[0, 0]
    assert w[-1, 0] > w[0, 0] > w[0, -1]
    # Both lines of the far cell are ladders of N = 64 equal cells: cosh((N - k + 1/2) a) / cosh((N + 1/2) a).
    a = np.arccosh(1 + 5.0 * 1e-4 / 2)
    end = np.cosh(a / 2) / np.cosh(64.5 * a)
    np.testing.assert_allclose(w[0, -1], end**2, rtol=1e-4)


@pytest.mark.parametrize("rule", [FullPulses(1.0), MixedPrecision(1.0)], ids=str)
@pytest.mark.parametrize("change", [0.2, -0.2, 0.02, -0.02, 0.7])
def test_rules_move_a_programmed_weight_by_the_whole_amount(rule, change):
    """After programming one device of every pair stands at its floor: it must not eat half of a change."""
    params = SynapseParameters.make(g_min=1e-9, n_pulses_ltp=1000, n_pulses_ltd=1000)
    crossbar = Crossbar(params, (1, 5))
    w = np.array([[0.5, -0.4, 0.1, 0.0, 1.0]])
    state = crossbar.program(w, method="exact")
    new = crossbar.update(state, np.ones((1, 1)), np.full((1, 5), -change), rule)
    expected = np.clip(w + change, -1, 1)
    np.testing.assert_allclose(np.asarray(crossbar.weights(new))[0, 0], expected, atol=2e-3)


def test_open_loop_lands_on_the_nearest_pulse_and_verify_within_tolerance():
    params = SynapseParameters.make(g_min=1e-9, n_pulses_ltp=50, n_pulses_ltd=50)
    crossbar = Crossbar(params, (ROWS, COLUMNS))
    error = np.asarray(crossbar.weights(crossbar.program(W)))[0, 0] - W
    assert np.abs(error).max() / np.abs(W).max() <= 0.5 / 50 + 1e-5
    noisy = params.replace(c2c_sigma=0.02, nonlinearity_ltp=1.0, nonlinearity_ltd=-1.0)
    crossbar = Crossbar(noisy, (ROWS, COLUMNS), seeds=2)
    rough = crossbar.program(W)
    fine = crossbar.program(W, method="verify", tolerance=0.02, rounds=200)

    def worst(state):
        return np.abs(np.asarray(crossbar.weights(state)) - W).max() / np.abs(W).max()

    assert int(fine.missed.sum()) == 0
    assert worst(fine) < 0.05 < worst(rough)
    assert fine.given.sum() > rough.given.sum()
    short = crossbar.program(W, method="verify", tolerance=0.001, rounds=1)
    assert int(short.missed.sum()) > 0


@pytest.mark.parametrize(
    "rule",
    [
        FullPulses(0.05),
        FullPulses(0.02, momentum=0.6),
        StochasticPulses(0.05),
        MixedPrecision(0.05),
        TikiTaka(0.1, version=1, transfer_rate=0.05, transfer_every=3),
        TikiTaka(0.1, version=2, transfer_rate=0.5),
    ],
    ids=str,
)
def test_rules_learn_a_linear_map(rule):
    """Online regression towards a known matrix, on mildly nonlinear devices with noise."""
    params = SynapseParameters.make(
        n_pulses_ltp=200, n_pulses_ltd=200, nonlinearity_ltp=1.0, nonlinearity_ltd=-1.0, c2c_sigma=0.005
    )
    rng = np.random.default_rng(3)
    target = rng.uniform(-0.5, 0.5, (6, 3))
    x = rng.uniform(-1, 1, (1500, 1, 6)).astype(np.float32)
    crossbar = Crossbar(params, (6, 3))
    state = crossbar.empty(scale=1.0)
    state = crossbar.update(state, x[0], -x[0] @ target, rule)  # gives the state its memory
    wanted = (x @ target).astype(np.float32)

    @jax.jit
    def train(state):
        def step(state, sample):
            x, wanted = sample
            y, state = crossbar.read(state, x)
            return crossbar.update(state, x, y[0, 0] - wanted, rule), None

        return jax.lax.scan(step, state, (x, wanted))[0]

    state = train(state)
    error = np.sqrt(((np.asarray(crossbar.weights(state))[0, 0] - target) ** 2).mean())
    assert error < 0.4 * np.sqrt((target**2).mean()), error
    wear = crossbar.wear(state)
    assert wear["largest"] == 0  # infinite endurance
    assert float(state.given.sum()) > 0


def test_stochastic_trains_give_the_wanted_change_on_average():
    params = SynapseParameters.make(n_pulses_ltp=1000, n_pulses_ltd=1000)
    crossbar = Crossbar(params, (4, 3), seeds=400)
    state = crossbar.empty(1.0)._replace(g=0.5 + crossbar.empty().g)
    x, delta = np.array([[0.9, -0.5, 0.1, 0.0]]), np.array([[0.4, -0.2, 0.05]])
    new = crossbar.update(state, x, delta, StochasticPulses(0.05))
    change = np.asarray(crossbar.weights(new) - crossbar.weights(state)).mean((0, 1))
    np.testing.assert_allclose(change, -0.05 * x.T @ delta, atol=6e-4)


def test_full_pulses_round_half_up_and_sum_a_batch():
    params = SynapseParameters.make(n_pulses_ltp=100, n_pulses_ltd=100)
    crossbar = Crossbar(params, (1, 4), scheme="reference")
    state = crossbar.empty(1.0)._replace(g=0.5 + crossbar.empty().g)
    delta = -np.array([[0.009, 0.0101, 0.029, -0.051]])  # |change| / 2 * N = 0.45, 0.505, 1.45, 2.55
    new = crossbar.update(state, np.ones((1, 1)), delta, FullPulses(1.0))
    assert new.given.ravel().tolist() == [0, 1, 1, 3]
    np.testing.assert_allclose(np.asarray(new.g).ravel(), [0.5, 0.51, 0.51, 0.47], atol=1e-5)
    batch = crossbar.update(state, np.ones((2, 1)), np.repeat(delta, 2, 0), FullPulses(1.0))
    assert batch.given.ravel().tolist() == [1, 1, 3, 5]


def test_endurance_is_counted_and_closes_the_window():
    params = SynapseParameters.make(n_pulses_ltp=10, n_pulses_ltd=10, endurance_cycles=[20.0, 1e9])
    crossbar = Crossbar(params, (1, 1), scheme="reference")
    state = crossbar.empty(1.0)
    for turn in range(8):
        state = crossbar.update(
            state, np.ones((1, 1)), np.array([[1.0 if turn % 2 else -1.0]]), FullPulses(1.0)
        )
    wear = crossbar.wear(state)
    np.testing.assert_allclose(wear["mean"][:, 0], [2.0, 40e-9])
    assert wear["exhausted"][:, 0].tolist() == [1.0, 0.0]
    state = crossbar.update(state, np.ones((1, 1)), np.array([[-9.0]]), FullPulses(1.0))
    assert state.g[0, 0, 0, 0] < 0.3
    assert state.g[1, 0, 0, 0] > 0.999


def test_every_set_and_seed_has_its_own_devices_whatever_the_split():
    params = SynapseParameters.stack([preset("ag-a-si")] * 2)
    whole = Crossbar(params, (8, 8), seeds=2)
    last = Crossbar(params.take([1]), (8, 8), seeds=2, first_set=1)
    w = np.eye(8)
    a, b = np.asarray(whole.weights(whole.program(w))), np.asarray(last.weights(last.program(w)))
    assert np.array_equal(a[1:], b)
    assert not np.array_equal(a[0, 0], a[0, 1])
    other = Crossbar(params, (8, 8), seeds=2, array=1)
    assert not np.array_equal(a, np.asarray(other.weights(other.program(w))))


def test_inference_equals_the_network_when_ideal_and_pieces_when_split():
    rng = np.random.default_rng(1)
    weights = [rng.standard_normal((10, 8)) * 0.3, rng.standard_normal((8, 3)) * 0.3]
    biases = [rng.standard_normal(8) * 0.1, rng.standard_normal(3)]
    x = rng.random((50, 10))
    expected = np.maximum(x @ weights[0] + biases[0], 0) @ weights[1] + biases[1]
    out = infer(IDEAL, weights, x, biases=biases, method="exact")
    assert out.shape == (2, 1, 50, 3)
    np.testing.assert_allclose(out, np.broadcast_to(expected[None, None], out.shape), atol=2e-5)
    params = SynapseParameters.make(c2c_sigma=[0.01] * 3, read_noise=0.02, n_pulses_ltp=64)
    noisy = infer(params, weights, x, adc_bits=8, seeds=2)
    assert 0.9 < np.corrcoef(noisy[0, 0].ravel(), (expected - biases[1]).ravel())[0, 1] < 1
    part = infer(params.take([2]), weights, x, adc_bits=8, seeds=2, first_set=2)
    assert np.array_equal(noisy[2:], part)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Crossbar(IDEAL, (0, 3)), "crossbar rows: 0"),
        (lambda: Crossbar(IDEAL, (3,)), "give \\(rows, columns\\)"),
        (lambda: Crossbar(IDEAL, (2, 2), scheme="diferential"), "did you mean 'differential'"),
        (lambda: Crossbar(IDEAL, (2, 2), wire_resistance=-1.0), "wire_resistance: -1.0 ohm"),
        (lambda: Crossbar(IDEAL, (2, 2), access_resistance=np.nan), "access_resistance"),
        (lambda: Crossbar(IDEAL, (2, 2), adc_bits=1), "adc_bits: 1"),
        (lambda: Crossbar(IDEAL, (2, 2), significance=()), "significance"),
        (lambda: Crossbar(IDEAL, (2, 2), encoding="bit-serial"), "needs input_bits"),
        (lambda: Crossbar(IDEAL, (2, 2), seeds=0), "seeds: 0"),
        (lambda: Crossbar(IDEAL, (2, 2)).program(np.ones((3, 2))), r"w: shape \(3, 2\); give \(2, 2\)"),
        (lambda: Crossbar(IDEAL, (2, 2)).program(np.full((2, 2), np.nan)), "w: NaN"),
        (lambda: Crossbar(IDEAL, (2, 2)).program(np.ones((2, 2)), method="magic"), "open-loop"),
        (lambda: Crossbar(IDEAL, (200_000, 100_000)), "largest number that fits is 0"),
        (lambda: SynapseParameters.make(g_max=1e-6, g_min=1e-6), "g_min"),
        (lambda: SynapseParameters.make(n_states=0), "n_states"),
        (lambda: FullPulses(-1.0), "learning_rate: -1.0"),
        (lambda: TikiTaka(version=3), "version: 3"),
        (lambda: StochasticPulses(train_length=33), "train_length: 33"),
        (lambda: infer(IDEAL, [np.ones((3, 2))], np.ones((4, 2))), "weights\\[0\\]"),
        (lambda: infer(IDEAL, [np.ones((2, 2))], np.full((4, 2), np.nan)), "x: NaN"),
        (lambda: infer(IDEAL, [np.ones((2, 2))], np.ones((4, 2)), biases=[]), "biases\\[0\\]"),
        (lambda: infer(IDEAL, [np.ones((2, 2))], np.ones((4, 2)), activation="sigmod"), "did you mean"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_bad_reads_and_updates():
    crossbar = Crossbar(IDEAL, (2, 2), input_bits=4)
    state = crossbar.program(np.eye(2))
    with pytest.raises(InputError, match="beyond input_range"):
        crossbar.read(state, np.full((1, 2), 1.5))
    with pytest.raises(InputError, match=r"x: shape \(1, 3\)"):
        crossbar.read(state, np.ones((1, 3)))
    with pytest.raises(InputError, match="elapsed"):
        crossbar.read(state, np.ones((1, 2)), elapsed=-1.0)
    with pytest.raises(InputError, match="2 samples in x, 1 in delta"):
        crossbar.update(state, np.ones((2, 2)), np.ones((1, 2)))


@pytest.mark.parametrize("design", [{}, {"scheme": "reference", "adc_bits": 8}, {"scale": "column"}], ids=str)
def test_cells_by_themselves_are_a_read_of_one_row_after_the_other(design):
    noisy = SynapseParameters.make(
        g_max=1e-6, g_min=1e-7, read_noise=[0.0, 0.05], read_noise_relative=0.1, d2d_g_max=0.2, stuck_on=0.05,
        retention_tau=100,
    )  # fmt: skip
    crossbar = Crossbar(noisy, (ROWS, COLUMNS), seeds=2, **design)
    state = crossbar.program(W)
    rows, _ = crossbar.read(state, np.eye(ROWS), elapsed=10.0)
    cells, after = crossbar.read_cells(state, elapsed=10.0)
    # A converter may take a sum that lies on a threshold to either side.
    step = float(np.abs(W).max()) * ROWS / 127 if "adc_bits" in design else 1e-5
    assert np.abs(np.asarray(rows) - np.asarray(cells)).max() <= step * 1.001
    assert np.mean(np.abs(np.asarray(rows) - np.asarray(cells)) > 1e-5) < 0.01
    again, _ = crossbar.read_cells(after, elapsed=10.0)
    assert np.abs(np.asarray(again) - np.asarray(cells)).max() > 1e-3


def test_pulses_in_proportion_show_the_bend_of_the_curve():
    bent = SynapseParameters.make(n_pulses_ltp=1e5, nonlinearity_ltp=[0.0, 3.0])
    crossbar = Crossbar(bent, (1, 3))
    found = np.asarray(crossbar.weights(crossbar.program([[0.25, 0.5, 1.0]], method="proportional")))[:, 0, 0]
    np.testing.assert_allclose(found[0], [0.25, 0.5, 1.0], atol=1e-4)
    u = float(label_to_curvature(3.0))
    np.testing.assert_allclose(found[1], np.expm1(-u * np.array([0.25, 0.5, 1])) / np.expm1(-u), atol=1e-4)


def test_all_readers_of_a_crossbar_agree():
    """Crossbar, inference and the kernel of online training: one circuit, one current."""
    from perovdata.arrays.kernel.cell_physics import read_fraction, spread
    from perovdata.arrays.kernel.constants import make_constants
    from perovdata.arrays.kernel.reading import cell_index, nominal_weights

    rough = SynapseParameters.make(
        g_max=[1e-6, 1e-4],
        g_min=1e-8,
        n_states=12,
        d2d_g_max=0.3,
        d2d_g_min=0.2,
        stuck_on=0.05,
        stuck_off=0.05,
    )
    crossbar = Crossbar(rough, (ROWS, COLUMNS), scheme="reference", access_resistance=5e3)
    state = crossbar.program(W, method="exact")
    by_crossbar = np.asarray(crossbar.read(state, X)[0])
    by_infer = infer(rough, [W], X, method="exact", scheme="reference", access_resistance=5e3)
    np.testing.assert_allclose(by_infer, by_crossbar, atol=2e-5)

    lanes, effects = make_constants(rough, range(1), seed=0, access_resistance=5e3, wire_resistance=0.0)
    kernel = jax.tree.map(np.asarray, lanes)
    fractions = read_fraction(state.g, spread(kernel, 4), effects, 0, cell_index(crossbar.design), 0.0)
    by_training = X @ np.asarray(nominal_weights(crossbar.design, fractions) * state.scale[:, None])
    np.testing.assert_allclose(by_training, by_crossbar[:, 0], atol=2e-5)
