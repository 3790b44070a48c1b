"""Absorption spectra of compositions: measured, predicted, missing; and how well hidden ones are known."""

import numpy as np
import pytest

from perovdata.chemistry import parse
from perovdata.materials import (
    Spectrum,
    absorption,
    absorption_draws,
    bandgap,
    bandgap_draws,
    measured_spectra,
    red_edge,
)
from perovdata.materials.absorption_shape import (
    CLASSES,
    LineShape,
    class_of,
    film_absorptance,
    fit_shape,
    fitted_shape,
    spectra_of,
    trusted,
)
from perovdata.materials.absorption_skill import absorptance_error, hidden_absorption, repeat_error
from perovdata.materials.spectra import HC_EV_NM

GRID = np.arange(350.0, 1101.0, 10.0)


@pytest.fixture(scope="module")
def hidden():
    return hidden_absorption()


def at(formula: str, *wavelengths: float) -> np.ndarray:
    return absorption(parse(formula), list(wavelengths)).values


def test_a_measured_spectrum_is_given_as_it_is():
    # Rows of data/tables/absorption.csv, 10.1021/acsami.4c01517 and 10.1021/acsnano.2c09482.
    np.testing.assert_allclose(at("MAPbCl3", 400, 410), [1.86e5, 2.11e4], rtol=0.02)
    found = absorption(parse("CsPbI3"), [450.0, 670.0])
    np.testing.assert_allclose(found.values, [8.6e4, 8.3e3], rtol=0.02)
    assert (found.origin, found.sources) == ("measured", ("10.1021/acsnano.2c09482",))


def test_several_measured_spectra_give_their_median():
    values = [
        s.absorption[s.wavelength == 500][0] for s in measured_spectra() if s.perovskite == parse("MAPbI3")
    ]
    assert len(values) == 3
    assert at("MAPbI3", 500)[0] == pytest.approx(np.median(values))


def test_measured_spectra_go_on_beyond_their_ends():
    # One of CsPbBr3 begins at 500 nm: further into the blue it absorbs, in the red nothing does.
    found = at("CsPbBr3", 360, 450, 700, 1000)
    assert (found[:2] > 3e4).all()
    assert (found[2:] < 1e3).all()
    # One of MAPbI3 stays at 2.4e4 to its red end, which is no absorption.
    draws = absorption_draws(parse("MAPbI3"), [700.0, 900.0], np.full(30, bandgap(parse("MAPbI3")).value), 0)
    assert len(np.unique(draws[:, 0])) == 3
    assert (draws[:, 1] < 1e3).all()


def test_a_mixed_halide_lies_between_its_ends():
    edges = []
    for formula in ("CsPbBr3", "CsPb(Br0.7I0.3)3", "CsPb(Br0.4I0.6)3", "CsPbI3"):
        fine = np.arange(400.0, 900.0, 2.0)
        found = absorption(parse(formula), fine)
        edges.append(red_edge(Spectrum(parse(formula), fine, found.values, "")))
    assert edges == sorted(edges)
    assert absorption(parse("CsPb(Br0.4I0.6)3"), GRID).origin == "predicted"


def test_layered_compounds_have_their_exciton_line():
    fine = np.arange(400.0, 900.0, 1.0)
    found = absorption(parse("(PEA)2PbI4"), fine)
    assert found.origin == "predicted"
    assert "layered" in found.rule
    gap = HC_EV_NM / bandgap(parse("(PEA)2PbI4")).value
    line = (fine > gap - 25) & (fine < gap + 5)
    dip = (fine > gap - 70) & (fine < gap - 35)
    assert found.values[line].max() > 1.5 * found.values[dip].min()


@pytest.mark.parametrize("formula", ["Cs3Sb2Br9", "Cs2TiBr6"])
def test_without_a_gap_or_a_kind_it_is_missing_with_the_reason(formula):
    perovskite = parse(formula)
    found = absorption(perovskite, GRID)
    assert found.origin == "missing"
    assert found.rule
    assert np.isnan(found.values).all()
    assert absorption_draws(perovskite, GRID, bandgap_draws(perovskite, 3, 0), 0) is None


def test_a_kind_of_its_own_is_measured_only():
    assert absorption(parse("Cs2AgBiBr6"), [440.0, 600.0]).origin == "measured"
    np.testing.assert_allclose(at("Cs2AgBiBr6", 440, 600), [1.5e5, 2.1e3], rtol=0.05)


def test_draws_follow_the_gap_and_vary_in_strength():
    perovskite = parse("FAPb(I0.6Br0.4)3")
    gaps = bandgap_draws(perovskite, 200, seed=1)
    draws = absorption_draws(perovskite, GRID, gaps, seed=1)
    assert draws.shape == (200, len(GRID))
    assert (draws >= 0).all()
    np.testing.assert_array_equal(draws, absorption_draws(perovskite, GRID, gaps, seed=1))
    spread = np.log(draws[:, 0]).std()
    assert spread == pytest.approx(fitted_shape("bulk").spread, rel=0.25)
    # A wider gap ends earlier.
    ends = [GRID[row > 1e3].max() for row in draws]
    assert np.corrcoef(gaps, ends)[0, 1] < -0.7


def test_the_fit_finds_the_law_that_made_a_spectrum():
    law = LineShape(strength=3e4, exciton=0.05, width=0.03, slope=2.0, offset=0.1)
    made = []
    for one in spectra_of("bulk")[:3]:
        fine = np.arange(380.0, 821.0, 2.0)
        values = law.absorption(HC_EV_NM / fine, HC_EV_NM / red_edge(one))
        made.append(Spectrum(one.perovskite, fine, values, ""))
    found = fit_shape(made)
    for one in made:
        model = found.absorption(HC_EV_NM / one.wavelength, HC_EV_NM / red_edge(one))
        error = film_absorptance(model, 3e-5) - film_absorptance(one.absorption, 3e-5)
        assert np.abs(error).mean() < 0.005


def test_a_hidden_material_is_known_better_than_by_a_step_at_its_gap(hidden):
    assert len(hidden) == 20
    for kind in CLASSES:
        own = [one for one in hidden if one.kind == kind]
        law = [absorptance_error(one.spectrum, film_of_law(one))[0] for one in own]
        step = [absorptance_error(one.spectrum, step_at_gap(one))[0] for one in own]
        assert np.mean(law) < 0.09
        assert np.mean(law) < 0.85 * np.mean(step)


def film_of_law(one):
    gap = HC_EV_NM / red_edge(one.spectrum)
    return lambda energy: film_absorptance(one.shape.absorption(energy, gap), 3e-5)


def step_at_gap(one):
    gap = HC_EV_NM / red_edge(one.spectrum)
    return lambda energy: 1 / (1 + np.exp((gap - energy) / 0.05))


def test_the_red_edge_of_a_hidden_material_lies_within_20_nm(hidden):
    errors = [one.edge_error(HC_EV_NM / red_edge(one.spectrum)) for one in hidden]
    assert max(np.abs(errors)) <= 20


def test_repeated_measurements_bound_what_a_shape_can_reach():
    three = [s for s in measured_spectra() if s.perovskite == parse("MAPbI3")]
    assert repeat_error(three[0], three[0]) == 0
    assert repeat_error(three[1], three[2]) > 0.1
    assert [bool(trusted(s).all()) for s in three] == [False, True, True]
    assert class_of(next(s for s in measured_spectra() if s.perovskite == parse("Cs2AgBiBr6"))) is None
