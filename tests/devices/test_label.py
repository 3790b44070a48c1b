"""The nonlinearity label and the exponential law.

Golden numbers: table of MLP-NeuroSim V3.0 (formula.cpp, getParamA).
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.devices import a_to_label, curvature_to_label, exponential, label_to_a, label_to_curvature


@pytest.mark.parametrize(
    ("label", "a"), [(1.0, 1.251653), (2.4, 0.499181), (4.88, 0.200303), (9.0, 0.022810)]
)
def test_neurosim_table(label, a):
    assert float(label_to_a(label)) == pytest.approx(a, abs=1e-5)
    assert float(label_to_a(-label)) == pytest.approx(-a, abs=1e-5)
    assert float(label_to_a(jnp.float32(label))) == pytest.approx(a, abs=1e-5)


def test_round_trip_and_monotone():
    labels = np.linspace(-9, 9, 3601)
    curvature = label_to_curvature(labels)
    assert (np.diff(curvature) > 0).all()
    np.testing.assert_allclose(a_to_label(label_to_a(labels)), labels, atol=1e-10)
    np.testing.assert_allclose(curvature_to_label(label_to_curvature(jnp.asarray(labels))), labels, atol=1e-5)


def test_continuous_at_zero():
    assert float(label_to_a(0.0)) == np.inf
    assert float(a_to_label(np.inf)) == 0
    assert float(label_to_curvature(0.0)) == 0
    assert float(label_to_curvature(1e-6)) == pytest.approx(8e-6 / 10.1015)


@pytest.mark.parametrize("label", [0.0, 0.3, 2.4, 8.0])
def test_gradient_equals_finite_difference(label):
    slope = jax.grad(label_to_curvature)(jnp.float32(label))
    finite = (label_to_curvature(label + 1e-5) - label_to_curvature(label - 1e-5)) / 2e-5
    assert float(slope) == pytest.approx(float(finite), rel=1e-4)


@given(st.floats(-9, 9))
@settings(deadline=None, max_examples=50)
def test_label_is_the_largest_distance_from_the_line(label):
    u = float(label_to_curvature(label))
    x = np.linspace(0, 1, 4001)
    curve = np.asarray(exponential(jnp.zeros_like(x), jnp.asarray(x), jnp.float32(u)))
    distance = np.max(np.abs(curve - x))
    assert 10.1015 * distance == pytest.approx(abs(label), abs=2e-3)
