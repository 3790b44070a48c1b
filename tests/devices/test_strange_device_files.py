"""Device files from strangers: whatever they hold, parameters or one line with the key."""

import contextlib

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from perovdata.devices import FIELDS, load_device
from perovdata.errors import InputError

HOSTILE = {
    "alias in g_max": ("notes: &a [1]\ng_max: *a\n", "aliases"),
    "deep list": (f"g_max: {'[' * 5000}", "nested deeper"),
    "huge integer": (f"g_max: {'9' * 5000}", "5000 digits"),
    "400 digits": (f"g_max: {'9' * 400}", "400 digits"),
    "bad date": ("notes: {date: 2026-99-99}", "date must be in quotes"),
    "tag": ("g_max: !!int abc", "tags"),
    "fields no list": ("uncertainty: {fields: 5, scales: 5, covariance: 5}", "fields: '5' is not a list"),
    "fields null": ("uncertainty: {fields: null, scales: [], covariance: []}", "'None' is not a list"),
    "no fields": ("uncertainty: {fields: [], scales: [], covariance: []}", "at least one"),
    "field twice": ("uncertainty: {fields: [g_max, g_max], scales: [log, log], covariance: 1}", "each once"),
    "fields of lists": (
        "uncertainty: {fields: [[g_max]], scales: [log], covariance: [[1]]}",
        "not a list of",
    ),
    "covariance text": ("uncertainty: {fields: [g_max], scales: [log], covariance: [[a]]}", "not a table"),
    "mapping for a number": ("g_max: {a: 1}", "mapping is not a number"),
    "list of mappings": ("g_max: [{}]", "mapping is not a number"),
    "list of lists": ("g_max: [[1, 2], [3]]", "g_max"),
    "name of a list": ("name: [a]", "'['a']' is no text"),
    "uncertainty a list": ("uncertainty: []", "mapping of fields"),
    "key twice": ("g_max: 1\ng_max: 2\n", "stands twice"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_device_file_is_one_line(name, tmp_path):
    text, says = HOSTILE[name]
    path = tmp_path / "device.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_device(path)
    assert says in str(caught.value)
    assert "device.yaml" in str(caught.value)


def test_an_uncertainty_without_bounds_draws_to_the_ends_without_a_warning(tmp_path, recwarn):
    path = tmp_path / "device.yaml"
    path.write_text("uncertainty: {fields: [g_max], scales: [log], covariance: [[1e300]]}")
    drawn = load_device(path).draws(20).g_max
    assert np.isfinite(drawn).all()
    assert not recwarn.list


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab1.-einf", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "tau_1"]), inner, max_size=2)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [*FIELDS, "ppf", "uncertainty", "notes", "name", "law", "measured", "fields", "covariance"]
)
UNCERTAIN = st.fixed_dictionaries({"fields": VALUES, "scales": VALUES, "covariance": VALUES})


@settings(deadline=None, max_examples=300)
@given(content=st.dictionaries(KEYS, VALUES, max_size=3), uncertainty=st.none() | UNCERTAIN)
def test_any_value_anywhere_is_read_or_refused(content, uncertainty, tmp_path_factory):
    if uncertainty is not None:
        content["uncertainty"] = uncertainty
    path = tmp_path_factory.getbasetemp() / "device.yaml"
    path.write_text(yaml.safe_dump(content))
    with contextlib.suppress(InputError):
        load_device(path)
