"""Light in the tasks: colours and widths, filters and films, and how much of the light is absorbed."""

import numpy as np
import pytest

from perovdata.devices import GRID_NM, SynapseParameters
from perovdata.errors import InputError
from perovdata.vision import load_images, run
from perovdata.vision.parts.light import band, daylight, daylight_lamp

OPAQUE = 1e12


@pytest.fixture(scope="module")
def digits():
    return load_images("digits").take(400, 150)


def films_that_end_at(*edges_nm: float) -> np.ndarray:
    """Ideal films that absorb everything up to their edge."""
    return np.array([np.where(edge + 1 > GRID_NM, OPAQUE, 0.0) for edge in edges_nm])


@pytest.mark.parametrize("task", ["retina-denoise", "motion", "events"])
def test_light_beyond_the_edge_is_not_seen(digits, task):
    params = SynapseParameters.make(absorption=films_that_end_at(520, 700))
    result = run(task, params, images=digits, wavelength_nm=635.0, linewidth_nm=20.0)
    np.testing.assert_allclose(result.extras["absorbed_light"][:, 0], [0, 100], atol=1e-3)
    assert result.accuracy[0, 0] < 25 < result.accuracy[1, 0] - 25
    bare = run(task, params, images=digits)
    assert "absorbed_light" not in bare.extras
    np.testing.assert_array_equal(bare.accuracy[1], result.accuracy[1])


def test_a_wide_led_reaches_over_the_edge():
    params = SynapseParameters.make(absorption=films_that_end_at(600))
    edge = np.flatnonzero(GRID_NM == 600)[0]
    assert band(635, 60)[: edge + 1].sum() == pytest.approx(0.091, abs=0.02)  # Gaussian, 1.37 sigma away
    assert band(635, 0)[: edge + 1].sum() == 0
    assert params.absorption.shape == (1, len(GRID_NM))


def test_films_take_the_place_of_filters(digits):
    edges = (490, 580, 700)
    single = SynapseParameters.make(absorption=films_that_end_at(700))
    piled = SynapseParameters.make(absorption=films_that_end_at(*edges)[None])
    blind = run("colour", single, images=digits, filters="none").accuracy[0, 0]
    result = run("colour", piled, images=digits, filters="none")
    beside = run("colour", piled, images=digits, filters="none", arrangement="side-by-side").accuracy[0, 0]
    filtered = run("colour", single, images=digits).accuracy[0, 0]
    assert blind < filtered - 30
    assert result.accuracy[0, 0] > filtered - 5
    assert beside > filtered - 10
    assert sorted(result.pictures) == ["film 1", "film 2", "film 3"]
    assert result.extras["absorbed_450_nm"][0, 0] == pytest.approx(100)


def test_daylight_is_the_standard_illuminant():
    # CIE 15, table of D65: 117.8 at 460 nm and 83.3 at 650 nm relative to 100 at 560 nm.
    flux = daylight()
    power = flux / GRID_NM
    at = {w: power[np.flatnonzero(w == GRID_NM)[0]] for w in (460.0, 560.0, 650.0)}
    assert at[460.0] / at[560.0] == pytest.approx(1.178, abs=0.01)
    assert at[650.0] / at[560.0] == pytest.approx(0.800, abs=0.01)
    lamp = daylight_lamp((450.0, 532.0, 635.0), 60.0)
    np.testing.assert_allclose(lamp.spectra.sum(axis=1), 1)
    assert lamp.power.max() == 1
    assert lamp.power.min() > 0.7


def test_two_colours_in_daylight(digits):
    params = SynapseParameters.make(absorption=films_that_end_at(580))
    options = {"wavelengths_nm": "450,635", "illumination": "daylight", "linewidth_nm": 40}
    result = run("colour", params, images=digits, **options)
    assert result.extras["accuracy_450_nm"][0, 0] > 80
    assert result.extras["accuracy_635_nm"][0, 0] < 40
    with pytest.raises(InputError, match="twice"):
        run("colour", params, images=digits, wavelengths_nm="450,450")
