"""Loading: missing is missing, bounds stay bounds, filters and units."""

import math

import pandas as pd
import pytest

from perovdata import InputError, SynapseDesign
from perovdata.dataset import (
    DESIGN_COLUMNS,
    FAMILIES,
    METRICS,
    family_of,
    load_absorption,
    load_background,
    load_bandgaps,
    load_benchmarks,
    load_properties,
    load_synapses,
    load_tables,
)
from perovdata.dataset.load.synapses import bound_for_models


def test_the_long_form_has_one_row_per_value_with_unit_definition_and_source():
    frame = load_synapses()
    assert len(frame) == len(load_tables().measurements)
    held = {
        "device_id",
        "paper_id",
        "doi",
        "url",
        *DESIGN_COLUMNS,
        "lead_free",
        "family",
        "metric",
        "operator",
    }
    held |= {"value", "value_high", "unit", "definition", "source_kind", "conditions"}
    assert held <= set(frame)
    assert (frame["unit"] == frame["metric"].map(lambda m: METRICS[m].unit)).all()
    assert frame.attrs["units"]["energy_per_event"] == "J"
    assert not (frame[list(DESIGN_COLUMNS)] == "not stated").any().any()
    assert (frame["definition"] == "not stated").any()
    assert (frame["doi"].notna() | frame["url"].notna()).all()


def test_a_reported_bound_and_a_range_stay_what_they_are():
    frame = load_synapses()
    ranges = frame[frame["operator"] == "range"]
    assert (ranges["value_high"] > ranges["value"]).all()
    assert frame.loc[frame["operator"] != "range", "value_high"].isna().all()
    plain = load_synapses(exclude_bounds=True)
    assert set(plain["operator"]) <= {"=", "~", "range"}
    assert len(plain) == frame["operator"].isin(["=", "~", "range"]).sum()


@pytest.mark.parametrize(
    ("metric", "operator", "expected"),
    [
        ("retention", "=", "lower"),
        ("endurance", "up to", "lower"),
        ("ambient_stability", "<=", "upper"),
        ("on_off_ratio", "=", "exact"),
        ("on_off_ratio", ">", "lower"),
        ("on_off_ratio", "up to", "upper"),
        ("set_voltage", "range", "interval"),
    ],
)
def test_how_models_take_a_value(metric, operator, expected):
    assert bound_for_models(metric, operator) == expected


def test_filters_keep_what_they_name_and_refuse_what_they_do_not_know():
    energy = load_synapses("energy_per_event")
    assert set(energy["metric"]) == {"energy_per_event"}
    two = load_synapses(["retention", "endurance"], families=["lead-free", "3D"], stimulus="electrical")
    assert set(two["metric"]) == {"retention", "endurance"}
    assert set(two["family"]) == {"lead-free", "3D"}
    assert set(two["stimulus"]) == {"electrical"}
    for bad in ({"metric": "energy"}, {"families": "oxide"}, {"stimulus": "sound"}):
        with pytest.raises(InputError, match="is not one of"):
            load_synapses(**bad)


def test_the_wide_form_has_one_row_per_device_and_medians_on_the_scale_of_the_metric():
    wide = load_synapses(wide=True)
    assert len(wide) == len(load_tables().devices)
    assert wide["device_id"].is_unique
    long = load_synapses("set_voltage")
    device = long["device_id"].value_counts().index[0]
    logs = []
    for row in long[long["device_id"] == device].itertuples():
        high = row.value if math.isnan(row.value_high) else row.value_high
        logs.append((math.log10(row.value) + math.log10(high)) / 2)
    expected = 10 ** pd.Series(logs).median()
    assert wide.set_index("device_id").loc[device, "set_voltage"] == pytest.approx(expected)
    one = load_synapses("set_voltage", wide=True)
    assert one["set_voltage"].notna().all()
    assert set(one["set_voltage_bound"]) <= {"exact", "lower", "upper", "interval", "mixed"}


def test_a_changed_copy_changes_nothing_else():
    load_synapses()["value"] = 0.0
    load_tables().measurements["value"] = 0.0
    assert (load_synapses()["value"] != 0).all()


@pytest.mark.parametrize(
    ("row", "family"),
    [
        ({"lead_free": True, "morphology": "nanocrystal", "dimensionality": "3D"}, "lead-free"),
        ({"lead_free": False, "morphology": "nanocrystal", "dimensionality": "3D"}, "quantum dots"),
        ({"lead_free": None, "morphology": "polycrystalline-film", "dimensionality": "3D"}, "3D"),
        ({"lead_free": pd.NA, "morphology": None, "dimensionality": "2D"}, "2D/quasi-2D"),
        ({"dimensionality": "quasi-2D"}, "2D/quasi-2D"),
        ({"lead_free": False, "dimensionality": "1D"}, None),
        ({}, None),
    ],
)
def test_the_four_families(row, family):
    assert family_of(row) == family
    assert family is None or family in FAMILIES


def test_benchmarks_and_properties_come_with_their_source():
    claims = load_benchmarks()
    assert claims["accuracy_percent"].between(0, 100).all()
    assert claims["paper_id"].notna().all()
    properties = load_properties()
    assert {"composition", "property", "value", "unit", "method", "conditions"} <= set(properties)
    assert (properties["doi"].notna() | properties["url"].notna()).all()


def test_the_background_has_the_columns_of_the_synapses_and_no_perovskite():
    background = load_background()
    assert [*load_synapses().columns, "material"] == list(background.columns)
    assert background["composition"].isna().all()
    assert background["device_id"].str.startswith("x").all()


def test_a_table_with_a_word_for_a_number_is_refused_with_its_place(small):
    path = small / "measurements.csv"
    path.write_text(path.read_text().replace("10000", "ten"))
    with pytest.raises(InputError, match=r"measurements.csv:3:value: 'ten'"):
        load_tables(small)
    path.write_text("")
    with pytest.raises(InputError, match="empty file"):
        load_tables(small)


def test_a_changed_file_is_read_anew(small):
    assert len(load_tables(small).papers) == 2
    path = small / "papers.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:2]) + "\n")
    assert len(load_tables(small).papers) == 1


def test_a_design_is_checked_against_the_closed_lists():
    design = SynapseDesign("CsPbBr3", morphology="nanocrystal", wavelength_nm="450", mode="not stated")
    assert design.as_row()["wavelength_nm"] == 450.0
    assert design.mode is None
    assert list(design.as_row()) == list(DESIGN_COLUMNS)
    with pytest.raises(InputError, match="did you mean 'nanocrystal'"):
        SynapseDesign("CsPbBr3", morphology="nanocrystals")
    with pytest.raises(InputError, match="wavelength_nm: '-3'"):
        SynapseDesign("CsPbBr3", wavelength_nm=-3)
    with pytest.raises(InputError, match="composition: empty"):
        SynapseDesign("  ")


def test_the_optical_tables_load_with_units_and_flags():
    gaps, spectra = load_bandgaps(), load_absorption()
    assert gaps.attrs["units"] == {"bandgap_eV": "eV"}
    assert spectra.attrs["units"] == {"wavelength_nm": "nm", "absorption_per_cm": "1/cm"}
    # Counts of the two files as they were taken over.
    assert (len(gaps), len(spectra), spectra.groupby(["composition", "doi"]).ngroups) == (599, 925, 21)
    flagged = gaps[gaps["flag"].notna()]
    assert len(flagged) == 7
    assert set(flagged["bandgap_eV"]) == {1.38, 1.48}
