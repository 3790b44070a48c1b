"""Films: Beer and Lambert's law, the direct edge, films behind each other, spectra among the parameters."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.devices import (
    EDGE_STRENGTH,
    GRID_NM,
    SynapseParameters,
    absorbed,
    absorbed_share,
    absorptance,
    edge_absorption,
    film_absorptance,
    line,
    one_behind_another,
    optical_drive,
)
from perovdata.errors import InputError

# CsPbBr3 of 10.1021/acs.nanolett.2c04792 at 500, 510 and 520 nm (data/tables/absorption.csv), 1/m.
MEASURED = {500.0: 4.0e6, 510.0: 7.6e6, 520.0: 9.2e6}


def test_film_of_measured_coefficients():
    alpha = np.array(list(MEASURED.values()))
    share = np.asarray(film_absorptance(jnp.asarray(alpha), 3e-7))
    np.testing.assert_allclose(share, [1 - math.exp(-a * 3e-7) for a in alpha], rtol=1e-5)
    np.testing.assert_allclose(film_absorptance(jnp.asarray(alpha), 3e-7, 0.2), 0.8 * share, rtol=1e-5)


def test_edge_is_direct_above_and_exponential_below():
    gap, width = 2.3, 0.03
    energies = jnp.asarray([2.8, 2.2, 2.1])
    above, below, lower = np.asarray(edge_absorption(energies, gap, width))
    assert above == pytest.approx(EDGE_STRENGTH * math.sqrt(0.5), rel=1e-5)
    assert below / lower == pytest.approx(math.exp(0.1 / width), rel=1e-4)
    # No kink where the two meet.
    near = np.asarray(edge_absorption(gap + width / 2 + jnp.asarray([-2e-3, 0.0, 2e-3]), gap, width))
    assert near[1] - near[0] == pytest.approx(near[2] - near[1], rel=0.1)


def test_a_gap_alone_gives_an_edge_and_no_gap_takes_all_light():
    params = SynapseParameters.make(bandgap=[2.3, np.nan], absorption_width=0.03)
    share = np.asarray(absorbed(params, jnp.asarray([[450.0, 700.0]] * 2)))
    expected = 1 - math.exp(-EDGE_STRENGTH * math.sqrt(1239.841984 / 450 - 2.3) * 3e-7)
    assert share[0, 0] == pytest.approx(expected, rel=1e-3)
    assert share[0, 1] < 1e-6
    np.testing.assert_array_equal(share[1], 1.0)
    thick = params.replace(film_thickness=3e-6)
    assert float(absorbed(thick, 450.0)[0]) > 0.99


def test_only_absorbed_light_drives():
    spectrum = np.where(GRID_NM < 600, 1e12, 0.0)
    params = SynapseParameters.make(absorption=[spectrum], intensity_exponent=0.5)
    assert float(optical_drive(params, 4.0, 500.0)[0]) == pytest.approx(2.0)
    assert float(optical_drive(params, 4.0, 700.0)[0]) == 0.0
    # Half the light absorbed is half the intensity, whatever the exponent of the response.
    half = SynapseParameters.make(
        absorption=[np.full(len(GRID_NM), math.log(2) / 3e-7)], intensity_exponent=0.5
    )
    assert float(optical_drive(half, 4.0, 500.0)[0]) == pytest.approx(math.sqrt(2), rel=1e-4)
    assert float(optical_drive(SynapseParameters.make(), 2.0, 700.0)[0]) == 2.0


@settings(deadline=None, max_examples=30)  # the first example of a length compiles
@given(st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_piled_films_share_what_falls_on_them(shares):
    films = jnp.asarray(shares)[:, None]
    piled = np.asarray(one_behind_another(films))[:, 0]
    passed = 1.0
    for own, expected in zip(shares, piled, strict=True):
        assert own * passed == pytest.approx(expected, abs=1e-6)
        passed *= 1 - own
    assert piled.sum() <= 1 + 1e-6


@given(st.floats(float(GRID_NM[0]), float(GRID_NM[-1])))
def test_a_line_lies_at_its_wavelength(wavelength):
    light = line(wavelength)
    assert light.sum() == pytest.approx(1)
    assert light @ GRID_NM == pytest.approx(wavelength)


def test_spectra_travel_with_their_sets():
    spectra = np.linspace(0, 1e7, 3)[:, None] * np.ones(len(GRID_NM))
    params = SynapseParameters.make(absorption=spectra, g_max=[1e-5, 2e-5, 3e-5])
    np.testing.assert_allclose(params.take(2).absorption[0], 1e7)
    np.testing.assert_array_equal(params.replace(g_max=1e-4).absorption, params.absorption)
    assert params.replace(bandgap=2.0).absorption is None
    # A set without a spectrum takes all light, next to others it still does.
    both = SynapseParameters.stack([params, SynapseParameters.make()])
    assert both.n_sets == 4
    share = np.asarray(absorbed_share(both, line(500.0)[None]))[:, 0]
    np.testing.assert_allclose(share, [0, 1 - math.exp(-1.5), 1 - math.exp(-3), 1], atol=1e-5)
    films = SynapseParameters.make(absorption=np.zeros((1, 3, len(GRID_NM))))
    assert absorptance(films).shape == (1, 3, len(GRID_NM))
    with pytest.raises(InputError, match="numbers of films"):
        SynapseParameters.stack([films, params])


@pytest.mark.parametrize(
    ("spectra", "said"),
    [
        (np.zeros(len(GRID_NM)), "shape"),
        (np.zeros((2, 7)), "shape"),
        (np.full((1, len(GRID_NM)), -1.0), "-1"),
        (np.full((1, len(GRID_NM)), np.nan), "nan"),
        (np.zeros((3, len(GRID_NM))), "lengths differ"),
    ],
)
def test_bad_spectra_are_named(spectra, said):
    with pytest.raises(InputError, match=said):
        SynapseParameters.make(absorption=spectra, g_max=[1e-5, 2e-5])
