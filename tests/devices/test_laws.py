"""Update laws: one pulse against formulas written out here, the measured table against its sweeps, files."""

from importlib.metadata import EntryPoint
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata import plugins
from perovdata.devices import (
    DeviceFile,
    ExponentialLaw,
    Law,
    LogarithmicLaw,
    MeasuredLaw,
    PowerLaw,
    SigmoidLaw,
    SoftBoundsLaw,
    StretchedLaw,
    SynapseParameters,
    TwoExponentialLaw,
    law_names,
    load_device,
    make_law,
    preset,
    save_device,
)
from perovdata.devices.laws import by_name
from perovdata.errors import InputError

LAWS = (
    ExponentialLaw(label=(2.4, -4.88)),
    SoftBoundsLaw(rate=(4.0, 2.0)),
    PowerLaw(exponent=(0.4, 1.7)),
    LogarithmicLaw(beta=(3.0, 5.0)),
    StretchedLaw(rate=(4.0, 2.0), exponent=(0.6, 1.5)),
    TwoExponentialLaw(fast=(25.0, 9.0), slow=(1.0, 0.0), share=(0.4, 0.7)),
    SigmoidLaw(steepness=(9.0, 6.0), midpoint=(0.5, 0.3)),
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("sign", [1, -1])
def test_single_pulses_draw_the_curve(law, sign):
    """The sweep that single pulses draw is the formula of the whole curve."""
    n = 50
    x = np.arange(n + 1) / n
    a = 0 if sign > 0 else 1
    saturating = lambda u: (1 - np.exp(-u * x)) / (1 - np.exp(-u))  # noqa: E731
    # Curvatures 1/A of labels 2.4 and 4.88, from MLP-NeuroSim's table.
    formula = {
        "exponential": lambda: saturating((1 / 0.499181, 1 / 0.200303)[a]),
        "soft-bounds": lambda: 1 - np.exp(-(4.0, 2.0)[a] * x),
        "power": lambda: x ** (0.4, 1.7)[a],
        "logarithmic": lambda: np.log(1 + (np.exp((3.0, 5.0)[a]) - 1) * x) / (3.0, 5.0)[a],
        "stretched": lambda: (
            (1 - np.exp(-(((4.0, 2.0)[a] * x) ** (0.6, 1.5)[a])))
            / (1 - np.exp(-((4.0, 2.0)[a] ** (0.6, 1.5)[a])))
        ),
        "two-exponential": lambda: (
            0.4 * saturating(25.0) + 0.6 * saturating(1.0) if a == 0 else 0.7 * saturating(9.0) + 0.3 * x
        ),
        "sigmoid": lambda: _logistic(x, (9.0, 6.0)[a], (0.5, 0.3)[a]),
    }[law.name]()
    expected = formula if sign > 0 else 1 - formula
    np.testing.assert_allclose(law.curve(sign, n), expected, atol=2e-4)


def _logistic(x, steepness, midpoint):
    s = 1 / (1 + np.exp(-steepness * (x - midpoint)))
    return (s - s[0]) / (s[-1] - s[0])


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_pulses_stay_inside_and_move_their_own_way(law):
    g = np.linspace(0, 1, 101)
    for sign in (1, -1):
        change = law.change(g, sign, 40)
        assert (sign * change >= 0).all()
        assert ((g + change >= -1e-12) & (g + change <= 1 + 1e-12)).all()
        atoms = law.outcomes(g[30:70], sign, 40, 0.01, 0.3)
        sigma = np.sqrt(0.01**2 + (0.3 * change[30:70]) ** 2)
        inside = (atoms > 0).all(1) & (atoms < 1).all(1)  # the window's ends cut the noise of the others
        assert inside.sum() > 10
        np.testing.assert_allclose(atoms.mean(1)[inside], (g + change)[30:70][inside], atol=1e-9)
        np.testing.assert_allclose(atoms.std(1)[inside], sigma[inside], rtol=1e-9)
    assert make_law(law.name, law.to_dict()) == law
    assert hash(make_law(law.name, law.to_dict())) == hash(law)


def markov_sweeps(law: Law, sign: int, n: int, cycles: int, sigma: float, seed: int) -> np.ndarray:
    """Sweeps of single noisy pulses that end at the window, iterated in doubles."""
    rng = np.random.default_rng(seed)
    g = np.full(cycles, 0.0 if sign > 0 else 1.0)
    rows = [g]
    for _ in range(n):
        g = np.clip(g + law.change(g, sign, n) + sigma * rng.standard_normal(cycles), 0, 1)
        rows.append(g)
    return np.array(rows).T


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_table_of_noise_free_sweeps_is_the_law(law):
    n = 60
    table = MeasuredLaw.from_cycles(*(markov_sweeps(law, sign, n, 3, 0.0, 0) for sign in (1, -1)))
    assert table.misfit(law, (n, n)) < 0.008
    assert table.reading_noise == 0


def test_table_of_noisy_sweeps_has_their_mean_and_spread():
    law, n, sigma = SigmoidLaw(steepness=(8.0, 8.0)), 64, 0.02
    sweeps = [markov_sweeps(law, sign, n, 20, sigma, 5) for sign in (1, -1)]
    table = MeasuredLaw.from_cycles(*sweeps)
    g = np.linspace(0.1, 0.9, 17)
    for sign in (1, -1):
        # Half a standard error of the twentieth of all pulses that are near a state, times four.
        np.testing.assert_allclose(
            table.change(g, sign, n), law.change(g, sign, n), atol=4 * sigma / np.sqrt(20 * n / 5)
        )
        spread = table.outcomes(g, sign, n, 0, 0).std(1)
        np.testing.assert_allclose(spread, sigma, rtol=0.35)
        assert spread.mean() == pytest.approx(sigma, rel=0.05)
    line = ExponentialLaw(label=(0.0, 0.0))  # the exponential closest to a symmetric S
    assert table.misfit(law, (n, n)) < table.misfit(line, (n, n))


def test_noise_of_readings_is_not_taken_for_noise_of_pulses():
    n, reading = 100, 0.02
    rng = np.random.default_rng(2)
    curves = [ExponentialLaw(label=(1.0, -1.0)).curve(sign, n) for sign in (1, -1)]
    table = MeasuredLaw.from_cycles(*(c + reading * rng.standard_normal((20, n + 1)) for c in curves))
    assert table.reading_noise == pytest.approx(reading, rel=0.15)
    g = np.linspace(0.2, 0.8, 13)
    # A change of two noisy readings scatters by sqrt(2) times their noise.
    assert table.outcomes(g, 1, n, 0, 0).std(1).mean() < 0.4 * np.sqrt(2) * reading


def test_first_pulse_jump_plateau_and_windows_are_kept():
    ltp = np.concatenate([[0.1], np.linspace(0.45, 0.7, 11), np.full(15, 0.7)])
    ltd = np.concatenate([[0.9], np.linspace(0.5, 0.2, 16)])
    table = MeasuredLaw.from_cycles([ltp] * 4, [ltd] * 4)
    at = lambda g, sign: float(table.change(np.array([g]), sign)[0])  # noqa: E731
    assert at(0.1, 1) == pytest.approx(0.35, abs=1e-6)
    assert at(0.5, 1) == pytest.approx(0.025, abs=1e-3)
    assert at(0.7, 1) == pytest.approx(0.0, abs=1e-6)
    assert at(0.95, 1) == 0  # potentiation never led there
    assert at(0.9, -1) == pytest.approx(-0.4, abs=1e-6)
    assert at(0.1, -1) == 0
    assert table.ltp.window == pytest.approx((0.1, 0.7))
    assert table.ltd.window == pytest.approx((0.2, 0.9))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(0, 1, allow_subnormal=False), min_size=9, max_size=40),
    st.lists(st.floats(0, 1, allow_subnormal=False), min_size=9, max_size=40),
    st.integers(1, 4),
)
def test_any_readings_give_a_table_that_keeps_to_the_window(ltp, ltd, cycles):
    table = MeasuredLaw.from_cycles([ltp] * cycles, [ltd] * cycles)
    g = np.linspace(0, 1, 21)
    for sign in (1, -1):
        atoms = table.outcomes(g, sign, 10, 0, 0)
        assert np.isfinite(atoms).all()
        assert ((atoms >= 0) & (atoms <= 1)).all()
        assert (np.diff(atoms, axis=1) >= -1e-12).all()
    again = MeasuredLaw.from_dict(table.to_dict())
    np.testing.assert_allclose(again.change(g, 1), table.change(g, 1), atol=2e-5)


def test_device_file_keeps_several_laws_and_says_which_one_runs(tmp_path):
    law = SigmoidLaw(steepness=(7.0, 5.0))
    sweeps = [markov_sweeps(law, sign, 64, 5, 0.01, 1) for sign in (1, -1)]
    device = DeviceFile(
        "film",
        preset("ag-a-si"),
        laws={"measured": MeasuredLaw.from_cycles(*sweeps), "sigmoid": law},
        law="measured",
    )
    save_device(tmp_path / "film.yaml", device)
    read = load_device(tmp_path / "film.yaml")
    assert isinstance(read.parameters.law_of(0), MeasuredLaw)
    assert isinstance(read.draws(3).law_of(2), MeasuredLaw)
    assert read.with_law("sigmoid").parameters.law_of(0) == law
    assert read.with_law("exponential").parameters.law_of(0) is None
    assert read.exponential_misfit() == pytest.approx(device.exponential_misfit(), rel=1e-3)
    with pytest.raises(InputError, match="'power' is not one of exponential, sigmoid, measured"):
        read.with_law("power")
    old = DeviceFile("plain", preset("ag-a-si"))
    save_device(tmp_path / "old.yaml", old)
    assert "law" not in (tmp_path / "old.yaml").read_text(encoding="utf-8")


def test_laws_travel_with_their_sets():
    law, other = SigmoidLaw(), PowerLaw()
    plain = preset("ag-a-si")
    sets = SynapseParameters.stack([plain.with_law(law), plain, plain.with_law(other), plain.with_law(law)])
    assert [sets.law_of(k) for k in range(4)] == [law, None, other, law]
    assert [sets.take([2, 1]).law_of(k) for k in range(2)] == [other, None]
    assert sets.replace(c2c_relative=0.1).law_of(2) == other
    assert plain.with_law(law).replace(g_max=[1e-6, 2e-6]).law_of(1) == law
    assert plain.with_law(law).with_law(None).law_of(0) is None


class Halving(Law):
    """A law as a user writes it: each pulse halves the way to the end."""

    name: ClassVar[str] = "halving"

    def change(self, g, sign, n_pulses):
        return (1 - g) / 2 if sign > 0 else -g / 2

    def to_dict(self):
        return {}

    @classmethod
    def from_dict(cls, block):
        return cls()


def test_a_users_law_is_found_through_its_entry_point(monkeypatch, tmp_path):
    entry = EntryPoint("halving", f"{__name__}:Halving", "perovdata.laws")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [entry] if group == entry.group else [])
    by_name._known.cache_clear()
    try:
        assert "halving" in law_names()
        path = tmp_path / "d.yaml"
        path.write_text("g_max: 1.0e-6\nlaw: halving\nlaw_parameters: {halving: {}}\n", encoding="utf-8")
        law = load_device(path).parameters.law_of(0)
        assert law.change(np.array([0.5]), 1, 10).tolist() == [0.25]
    finally:
        by_name._known.cache_clear()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: make_law("sigmiod", {}), "did you mean 'sigmoid'"),
        (lambda: make_law("sigmoid", {"ltp": {"steepness": 3}}), "steepness, midpoint"),
        (
            lambda: make_law("power", {"ltp": {"exponent": "a"}, "ltd": {"exponent": 1}}),
            "'a' is not a number",
        ),
        (lambda: make_law("power", {"up": {}}), "up"),
        (lambda: make_law("power", [1]), "not a mapping"),
        (lambda: PowerLaw(exponent=(0.5, -1.0)), r"exponent: \(0.5, -1.0\)"),
        (lambda: make_law("measured", {}), "state, mean, spread"),
        (lambda: MeasuredLaw.from_cycles([[0.1, 0.2]], [[0.1, 0.2]]), "1 pulses; at least 8"),
        (lambda: MeasuredLaw.from_cycles([], [], g_min=1.0, g_max=1.0), "g_min = 1 is not below"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_bad_files(tmp_path):
    path = tmp_path / "d.yaml"
    for text, message in (
        ("law: sigmoid\n", "d.yaml: law of device d: 'sigmoid' is not one of exponential"),
        ("law_parameters: 3\n", "law_parameters: '3' is not a mapping"),
        ("measured: {ltp: 1}\n", "d.yaml: measured law, ltp"),
    ):
        path.write_text("g_max: 1.0e-6\n" + text, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            load_device(path)
