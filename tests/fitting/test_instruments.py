"""Layouts that instruments and tools write, with contents made here: every one gives the same device."""

import numpy as np
import pytest

from perovdata.errors import InputError
from perovdata.fitting import fit
from perovdata.fitting.synthetic import pulse_trains

RNG = np.random.default_rng(5)
LTP, LTD = (
    sweep[0]
    for sweep in pulse_trains(
        RNG, label_ltp=2.4, label_ltd=-4.9, n_pulses=40, on_off=12.5, sigma=0.004, cycles=1, noise="reading"
    )
)
CHAIN = np.concatenate([LTP, LTD[1:]])
VOLTS = 0.1


def _b1500(quantity):
    head = ["SetupTitle, LTP LTD", "PrimitiveTest, I/V-t Sampling", "TestParameter, Channel.Unit, SMU1:HR",
            "MetaData, TestRecord.Remarks", "Dimension1, 81, 81", "DataName, Index, Vd, Id"]  # fmt: skip
    return head + [f"DataValue, {k}, {VOLTS}, {quantity(g):.6e}" for k, g in enumerate(CHAIN, 1)]


def _keithley_4200(quantity):
    return ["Time,DrainI,DrainV,GateI"] + [
        f"{0.5 * k:.4f},{quantity(g):.6E},{VOLTS:.4E},{1e-12 * (k % 3):.4E}" for k, g in enumerate(CHAIN)
    ]


def _kickstart(quantity):
    head = [
        "Instrument,2602B",
        "Serial Number,4321",
        "Date,11/25/2026",
        "",
        "Index,SMU-1 Voltage (V),SMU-1 Current (A)",
    ]
    return head + [f"{k},{VOLTS},{quantity(g):.6E}" for k, g in enumerate(CHAIN, 1)]


def _buffer_2600(quantity):
    return [", ".join(f"{quantity(g):.5e}" for g in CHAIN)]


def _origin(quantity):
    head = ["Pulse number\tRead current\tVread", "\tnA\tV", "\tdevice 1\t"]
    return head + [f"{k}\t{quantity(g) * 1e9:.5f}\t{VOLTS}" for k, g in enumerate(CHAIN)]


def _numpy(quantity):
    return ["# pulse, I (A), Vread (V)"] + [
        f"{k:.18e}, {quantity(g):.18e}, {VOLTS:.18e}" for k, g in enumerate(CHAIN)
    ]


def _pandas(quantity):
    return [",pulse,I (nA),V_read (V)"] + [
        f"{k},{k},{quantity(g) * 1e9},{VOLTS}" for k, g in enumerate(CHAIN)
    ]


def _units_in_rows(quantity):
    return ["Reading number,Value,Unit,Read voltage (V)"] + [
        f"{k},{quantity(g):.6E},Amp DC,{VOLTS}" for k, g in enumerate(CHAIN)
    ]


def _current(g):
    return g * VOLTS


@pytest.mark.parametrize(
    ("layout", "columns", "voltage"),
    [
        (_b1500, None, None),
        (_keithley_4200, "current=2,read_voltage=3", None),
        (_kickstart, None, None),
        (_buffer_2600, "current=1:A", VOLTS),
        (_origin, None, None),
        (_numpy, None, None),
        (_pandas, None, None),
        (_units_in_rows, "pulse=1,current=2:A,read_voltage=3", None),
    ],
)
def test_layouts_of_instruments(tmp_path, layout, columns, voltage):
    path = tmp_path / "export.csv"
    path.write_text("\n".join(layout(_current)) + "\n")
    result = fit(path, "pd", columns=columns, read_voltage=voltage)
    found = result.parameters
    assert found["nonlinearity_ltp"].value == pytest.approx(2.4, abs=0.15)
    assert found["nonlinearity_ltd"].value == pytest.approx(-4.9, abs=0.15)
    assert found["g_max"].value == pytest.approx(1e-6, rel=0.02)
    assert (found["n_pulses_ltp"].value, found["n_pulses_ltd"].value) == (40, 40)


def test_analyser_currents_against_time_count_as_pulses_only_if_asked(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("\n".join(_keithley_4200(_current)))
    result = fit(path, "pd")
    assert any("one reading per pulse is assumed" in w for w in result.warnings)
    assert {c["read_as"] for c in result.columns} >= {"time", "current", "read_voltage", "leakage"}


@pytest.mark.parametrize("jitter", [0.0, 0.01])
def test_webplotdigitizer_pairs(tmp_path, jitter):
    rng = np.random.default_rng(0)
    n = np.arange(41.0)
    x, z = (n + 40 * jitter * rng.standard_normal(41) for _ in range(2))
    rows = [f"{a:.6f},{g * 1e6:.6f},{b:.6f},{h * 1e6:.6f}" for a, g, b, h in zip(x, LTP, z, LTD, strict=True)]
    path = tmp_path / "wpd_datasets.csv"
    path.write_text(
        "\n".join(["Potentiation,,Depression,", "X,Y,X,Y", *rows[:-1], rows[-1].rsplit(",", 2)[0] + ",,"])
    )
    result = fit(path)
    assert result.parameters["nonlinearity_ltp"].value == pytest.approx(2.4, abs=0.15)
    assert result.parameters["nonlinearity_ltd"].value == pytest.approx(-4.9, abs=0.25)
    assert any("arbitrary units" in w for w in result.warnings)
    assert (jitter > 0) == any("picked from a figure" in w for w in result.warnings)


def test_a_train_of_pulses_from_a_gate_column_and_two_pulses(tmp_path):
    t = np.arange(0, 4.0, 0.01)
    onsets = 0.5 + 0.4 * np.arange(6)
    current, gate = np.full(len(t), 1e-9), np.zeros(len(t))
    for onset in onsets:
        on = t >= onset - 1e-9
        current += np.where(on, 2e-9 * np.exp(-np.maximum(t - onset, 0) / 0.3), 0.0)
        gate[on & (t < onset + 0.05)] = 3.0
    head = "Time (s),Light (V),EPSC (nA)"
    path = tmp_path / "train.csv"

    def write(stop):
        rows = [
            f"{a:.3f},{b:.1f},{c * 1e9:.6f}" for a, b, c in zip(t, gate, current, strict=True) if a < stop
        ]
        path.write_text("\n".join([head, *rows]))

    write(4.0)
    result = fit(path)
    assert result.parameters["n_pulses_ltp"].value == 6
    assert result.parameters["decay_tau_1"].value == pytest.approx(0.3, rel=0.05)
    write(0.5 + 2 * 0.4 - 0.005)
    pair = fit(path)
    assert pair.kind == "decay"
    assert pair.metrics["ppf_index"].value == pytest.approx(100 * (1 + np.exp(-0.4 / 0.3)), rel=0.02)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["Vg (V),Id (A)", *(f"{v:.2f},{1e-9 * (1 + v):.3e}" for v in np.r_[0:2:0.05, 2:0:-0.05])], "swept"),
        (["pulse,G", *(f"{k},{g * 1e6:.5f}" for k, g in enumerate(LTP))], "no unit"),
        (["pulse,LTP (S),LTD (S)", *(f"{k},{LTD[k]:.5e},{LTP[k]:.5e}" for k in range(41))], "exchanged"),
        (["pulse,G (nS)", *(f"{g * 1e9:.3f},{k}" for k, g in enumerate(LTP))], "headings exchanged"),
        (["Time,Current (A)", *(f"{k},{1e-9 * np.exp(-k / 9):.4e}" for k in range(40))], "no unit of time"),
        ([f"{0.3 * k:.1f} {g:.4e}" for k, g in enumerate(LTP)], "headings are needed"),
        (["V_read (V),pulse,I (nA)", *(f"{100},{k},{g * 1e8:.4f}" for k, g in enumerate(LTP))], ""),
    ],
)  # fmt: skip
def test_what_nothing_identifies_is_refused_with_the_option_that_settles_it(tmp_path, lines, says):
    path = tmp_path / "doubtful.csv"
    path.write_text("\n".join(lines))
    if not says:  # a voltage with its unit is taken as it stands
        assert fit(path).parameters["g_max"].value == pytest.approx(1e-9, rel=0.05)
        return
    with pytest.raises(InputError, match=says):
        fit(path)


def test_columns_option_names_what_it_does_not_know(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("\n".join(f"{k},{g}" for k, g in enumerate(LTP)))
    for text, says in [("pulse=9", "no column 9"), ("puls=1", "role"), ("pulse=1,current=2:mile", "mile"),
                       ("pulse", "not role=column"), ("pulse=1,ltp=1", "twice")]:  # fmt: skip
        with pytest.raises(InputError, match=says):
            fit(path, columns=text)
