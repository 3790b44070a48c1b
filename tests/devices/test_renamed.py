"""Fields under their former names: read, with a note, and never confused with the metrics of that name."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from typer.testing import CliRunner

from perovdata.cli.application import app
from perovdata.dataset import METRICS
from perovdata.devices import FIELDS, RENAMED, SynapseParameters, Uncertainty, load_device, save_device
from perovdata.devices.renamed import REMOVED, _tell_once, _tell_removed, with_former_names
from perovdata.errors import InputError


@pytest.fixture(autouse=True)
def _fresh():
    _tell_once.cache_clear()
    _tell_removed.cache_clear()


def test_a_name_has_one_meaning():
    assert not set(FIELDS) & {"c2c_variation", "d2d_variation"}
    assert set(RENAMED) <= set(METRICS)
    assert set(RENAMED.values()) <= set(FIELDS)
    assert all(METRICS[former].unit == "%" and FIELDS[name].unit == "1" for former, name in RENAMED.items())


def test_typed_fields_are_the_table_of_fields():
    written = [f.name for f in dataclasses.fields(SynapseParameters)]
    assert written == [*FIELDS, "law", "laws", "absorption"]
    types = {f.name: f.type for f in dataclasses.fields(SynapseParameters)}
    assert {types[name] for name in FIELDS} == {"jax.Array"}


@pytest.mark.parametrize(("former", "name"), RENAMED.items())
def test_python_reads_a_former_name_with_a_note(former, name, caplog):
    params = SynapseParameters.make(**{former: [0.1, 0.2]})
    assert np.array_equal(getattr(params, name), getattr(params, former))
    assert np.asarray(params.replace(**{former: 0.3}).as_dict()[name]) == pytest.approx(0.3)
    assert caplog.text.count(f"{former} is now called {name}") == 1
    with pytest.raises(InputError, match="given twice"):
        SynapseParameters.make(**{former: 0.1, name: 0.1})
    with pytest.raises(AttributeError, match="never_a_field"):
        _ = params.never_a_field


def test_an_old_device_file_reads_and_is_written_anew(tmp_path, caplog):
    path = tmp_path / "old.yaml"
    path.write_text("g_max: 1e-6\nc2c_variation: 0.03\nd2d_variation: 0.1\n")
    device = load_device(path)
    assert float(device.parameters.c2c_sigma[0]) == pytest.approx(0.03)
    assert float(device.parameters.d2d_label_sigma[0]) == pytest.approx(0.1)
    assert "c2c_sigma" in caplog.text
    save_device(tmp_path / "new.yaml", device)
    assert "c2c_sigma: 0.03" in (tmp_path / "new.yaml").read_text()
    assert "c2c_variation" not in (tmp_path / "new.yaml").read_text()
    path.write_text("c2c_variation: 0.03\nc2c_sigma: 0.03\n")
    with pytest.raises(InputError, match="c2c_sigma is given too"):
        load_device(path)


def test_an_old_device_file_with_fields_that_are_gone_reads_with_a_note(tmp_path, caplog):
    path = tmp_path / "old.yaml"
    path.write_text("g_max: 1e-6\n" + "".join(f"{name}: 0.5\n" for name in REMOVED))
    for _ in range(2):
        assert float(load_device(path).parameters.g_max[0]) == pytest.approx(1e-6)
    for name in REMOVED:
        assert caplog.text.count(f"{name} is no longer read") == 1
    assert not REMOVED & set(FIELDS)
    with pytest.raises(InputError, match="ltm_gain"):
        SynapseParameters.make(ltm_gain=1.0)


def test_uncertainty_of_a_former_name():
    block = {"fields": ["c2c_variation"], "scales": ["log"], "covariance": [[0.01]]}
    assert Uncertainty.from_dict(block).fields == ("c2c_sigma",)


def test_json_keeps_the_former_key():
    assert with_former_names({"c2c_sigma": 1, "g_max": 2}) == {"c2c_sigma": 1, "g_max": 2, "c2c_variation": 1}
    told = CliRunner().invoke(app, ["simulate", "--preset", "epiram", "--task", "associate", "--json"])
    assert told.exit_code == 0, told.output
    import json

    table = json.loads(told.stdout)["parameters"]
    assert table["c2c_variation"] == table["c2c_sigma"]
