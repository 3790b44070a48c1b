"""Online training: the protocol step by step, reproducibility, options, and the reference's accuracies."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fidelity import reference_curves
from literal import Literal
from online import images

from perovdata.arrays import NEUROSIM, NEUROSIM_SHIFTED, SOFTWARE, Protocol, train_online, train_software
from perovdata.arrays.online import train as online_train
from perovdata.devices import SynapseParameters, preset
from perovdata.errors import InputError

INPUTS, HIDDEN, CLASSES, STEPS = 30, 16, 4, 240
SMALL = {"samples_per_epoch": STEPS}


@pytest.fixture(scope="module")
def data():
    """Noisy copies of four patterns: x_train, y_train, x_test, y_test."""
    rng = np.random.default_rng(0)
    patterns = rng.random((CLASSES, INPUTS)) < 0.4
    y = rng.integers(0, CLASSES, 600)
    x = np.where(rng.random((600, INPUTS)) < 0.15, rng.random((600, INPUTS)), patterns[y]).astype(np.float32)
    return x[:400], y[:400], x[400:], y[400:]


@pytest.mark.parametrize(
    ("device", "protocol"),
    [
        (preset("ag-a-si").replace(c2c_sigma=0.0), Protocol(**SMALL)),
        (preset("ag-a-si").replace(c2c_sigma=0.0), Protocol(**SMALL, feedback_after_write=True)),
        (preset("epiram").replace(c2c_sigma=0.0), Protocol(**SMALL, shifted_start=True)),
        (preset("gst-pcm").replace(c2c_sigma=0.0), Protocol(**SMALL)),
        (preset("neurosim-ideal").replace(n_pulses_ltp=49, n_pulses_ltd=98), Protocol(**SMALL)),
    ],
    ids=["ag-a-si", "ag-a-si fed back after", "epiram shifted", "gst-pcm", "ideal"],
)
def test_every_step_follows_the_reference(data, device, protocol):
    result = train_online(device, *data, hidden=HIDDEN, protocol=protocol, keep_weights=True)
    shape = (INPUTS, HIDDEN, CLASSES)
    order = online_train.sample_order(0, [0], 1, len(data[0]), protocol)[:, 0]
    start = online_train.start_weights(0, 0, shape, protocol)
    literal = Literal(device, *start, protocol, np.random.default_rng(0))
    literal.train(data[0], data[1], order)
    g1, g2 = literal.state
    np.testing.assert_allclose(result.conductance[0][0, 0], g1, atol=2e-4)
    np.testing.assert_allclose(result.conductance[1][0, 0], g2, atol=2e-4)
    assert (result.pulses.sum(-1) > 1).all()


def test_results_do_not_depend_on_the_split(data):
    params = SynapseParameters.stack([preset("ag-a-si")] * 3).replace(
        c2c_sigma=[0.01, 0.02, 0.03], d2d_label_sigma=0.3, d2d_g_max=0.1, stuck_on=0.05, read_noise=0.02
    )
    run = {"hidden": HIDDEN, "epochs": 2, "protocol": Protocol(**SMALL), "keep_weights": True}
    whole = train_online(params, *data, seeds=2, **run)
    last = train_online(params.take([2]), *data, seeds=2, first_set=2, **run)
    assert np.array_equal(whole.predictions[2:], last.predictions)
    assert np.array_equal(whole.conductance[0][2:], last.conductance[0])
    again = train_online(params, *data, seeds=2, **run)
    assert np.array_equal(whole.conductance[1], again.conductance[1])
    assert whole.accuracy.shape == (3, 2, 2)
    assert not np.array_equal(whole.conductance[0][:, 0], whole.conductance[0][:, 1])
    assert not np.array_equal(whole.conductance[0][0], whole.conductance[0][1])


def test_pairing_gives_equal_sets_equal_noise(data):
    params = SynapseParameters.stack([preset("ag-a-si")] * 2)
    run = {"hidden": HIDDEN, "protocol": Protocol(**SMALL), "keep_weights": True}
    paired = train_online(params, *data, paired=True, **run).conductance[0]
    assert np.array_equal(paired[0], paired[1])
    free = train_online(params, *data, **run).conductance[0]
    assert not np.array_equal(free[0], free[1])


@pytest.mark.parametrize("seeds", [1, 2])
def test_noise_drawn_once_for_all_lanes_is_the_noise_of_each(data, monkeypatch, seeds):
    params = SynapseParameters.stack([preset("ag-a-si")] * 5).replace(
        c2c_sigma=[0.01, 0.02, 0.03, 0.0, 0.05], d2d_label_sigma=0.3, d2d_g_max=0.1
    )
    run = {"hidden": HIDDEN, "protocol": Protocol(**SMALL), "keep_weights": True, "seeds": seeds}
    found = []
    for least in (1, 1000):
        monkeypatch.setattr(online_train, "_COMMON_NOISE", least)
        found.append(train_online(params, *data, paired=True, **run))
    for once, each in zip(found[0].conductance, found[1].conductance, strict=True):
        assert np.array_equal(once, each)
    assert np.array_equal(found[0].predictions, found[1].predictions)


def test_analog_inputs_and_software_learn(data):
    protocol = Protocol(
        input_threshold=None, hidden_threshold=None, adc_bits=None, replacement=False, **SMALL
    )
    ideal = SynapseParameters.make(n_pulses_ltp=500, n_pulses_ltd=500)
    device = train_online(ideal, *data, hidden=HIDDEN, epochs=8, test_every=8, protocol=protocol)
    assert device.accuracy[0, 0, -1] > 85
    soft = SOFTWARE.__class__(**{**SOFTWARE.__dict__, **SMALL})
    software = train_online(ideal, *data, hidden=HIDDEN, epochs=8, test_every=8, protocol=soft)
    assert software.accuracy[0, 0, -1] > 90
    assert software.epochs.tolist() == [8]


@pytest.mark.parametrize("hidden_threshold", [None, 0.5])
def test_training_in_float_is_the_engine_without_devices(data, hidden_threshold):
    protocol = replace(SOFTWARE, hidden_threshold=hidden_threshold, gain=0.5, **SMALL)
    engine = train_online(SynapseParameters.make(), *data, hidden=HIDDEN, epochs=6, protocol=protocol)
    dense = train_software(*data, hidden=HIDDEN, classes=CLASSES, epochs=6, seeds=(0, 1), protocol=protocol)
    assert dense.shape == (2, 6)
    # Equal but for the order of sums: at most a few of the 200 tests are named otherwise.
    np.testing.assert_allclose(dense[0], engine.accuracy[0, 0], atol=1.5)
    assert dense[:, -1].min() > 90


def test_noise_and_bad_devices_cost_accuracy(data):
    params = SynapseParameters.make(
        n_pulses_ltp=100, n_pulses_ltd=100, c2c_sigma=[0.0, 0.2], stuck_off=[0.0, 0.4]
    )
    result = train_online(
        params, *data, hidden=HIDDEN, epochs=6, test_every=6, seeds=3, protocol=Protocol(**SMALL)
    )
    good, bad = result.accuracy[..., -1].mean(1)
    assert good > bad + 10


def test_devices_wear_out_in_training(data):
    run = {"hidden": HIDDEN, "epochs": 4, "protocol": Protocol(**SMALL), "keep_weights": True}
    params = SynapseParameters.stack([preset("epiram")] * 3)
    worn = params.replace(endurance_cycles=[np.inf, 1e12, 40.0], endurance_exponent=1.0)
    result = train_online(worn, *data, seeds=2, paired=True, **run)
    assert np.array_equal(result.conductance[0][0], result.conductance[0][1])
    assert result.accuracy[1].mean() > result.accuracy[2].mean() + 10
    # The budget follows from the pulses counted: 40 pulses close half of the window.
    cells = np.array([INPUTS * HIDDEN, HIDDEN * CLASSES])
    per_device = (result.pulses.sum(-1) * cells).sum(-1) / cells.sum()
    np.testing.assert_allclose(result.endurance_used, per_device / [[np.inf], [1e12], [40.0]], rtol=1e-5)
    assert (result.exhausted[:2] == 0).all()
    assert (result.exhausted[2] > 0.05).all()
    g = np.concatenate([c[2].reshape(2, -1) for c in result.conductance], 1)
    assert ((g <= 0.5).mean(1) >= result.exhausted[2]).all()


def test_permutations_show_every_sample_once_per_pass():
    protocol = Protocol(replacement=False, samples_per_epoch=7)
    seen = np.concatenate(
        [online_train.sample_order(3, [1], epoch, 10, protocol)[:, 0] for epoch in range(1, 11)]
    )
    passes = seen.reshape(7, 10)
    assert (np.sort(passes, 1) == np.arange(10)).all()
    assert not (passes[0] == passes[1]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_train": np.zeros((5, 4, 3))}, "x_train of shape"),
        ({"x_test": np.zeros((200, INPUTS + 1))}, "x_train has 30 inputs and x_test 31"),
        ({"x_train": np.full((400, INPUTS), np.nan)}, r"must lie in \[0, 1\]"),
        ({"x_train": np.full((400, INPUTS), 2.0)}, "found 2.0"),
        ({"y_train": np.full(400, 0.5)}, "classes must be integers"),
        ({"y_train": np.full(399, 1)}, "y_train"),
        ({"classes": 2}, "labels go up to 3"),
        ({"epochs": 0}, "epochs: 0"),
        ({"seeds": 0}, "seeds: 0"),
        ({"seed": -1}, "seed: -1"),
        ({"hidden": 10**9}, "largest number that fits is 0"),
    ],
)
def test_bad_input(data, change, message):
    arguments = dict(zip(("x_train", "y_train", "x_test", "y_test"), data, strict=True)) | change
    with pytest.raises(InputError, match=message):
        train_online(preset("ideal"), **arguments)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("learning_rates", (0.1, np.nan)),
        ("adc_bits", 0),
        ("input_threshold", 0.0),
        ("gain", -1.0),
        ("samples_per_epoch", 0),
        ("access_resistance", -5.0),
        ("wire_resistance", np.nan),
        ("read_voltage", 0.0),
    ],
)
def test_bad_protocol(field, value):
    with pytest.raises(InputError, match=field):
        Protocol(**{field: value})


@pytest.fixture(scope="module")
def mnist():
    """The reference's inputs: centre 20 x 20 pixels of every image."""
    if not os.environ.get("PEROVDATA_DATA_DIR"):
        pytest.skip("PEROVDATA_DATA_DIR is not set: no MNIST files")
    return images()


RIGHT = {"Ag:a-Si right start": "ag-a-si", "TaOx/TiO2 right start": "taox-tio2"}
SHIFTED = {"Ag:a-Si": "ag-a-si", "EpiRAM": "epiram", "Ideal": "neurosim-ideal"}


@pytest.mark.mnist
@pytest.mark.parametrize(("devices", "protocol"), [(RIGHT, NEUROSIM), (SHIFTED, NEUROSIM_SHIFTED)])
def test_first_epochs_of_the_reference(mnist, devices, protocol):
    """Accuracies jump by several points between tests: compare means over early tests, to that precision."""
    params = SynapseParameters.stack([preset(name) for name in devices.values()])
    result = train_online(params, *mnist, epochs=6, seeds=2, protocol=protocol)
    curves = reference_curves()
    for ours, device in zip(result.accuracy[..., 2:].mean((1, 2)), devices, strict=True):
        early = np.mean([curves[device][epoch] for epoch in (5, 10, 15)])
        assert abs(ours - early) < 5, device


def literal_runs() -> dict[str, np.ndarray]:
    """Runs of the protocol in plain doubles (benchmarks/fidelity.py --write), shape (seeds, tests) each."""
    runs: dict[str, dict[str, list[float]]] = {}
    with Path(__file__).with_name("literal_runs.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            one = runs.setdefault(row["device"], {}).setdefault(row["seed"], [])
            one.append(float(row["test_accuracy_percent"]))
    return {device: np.array(list(by_seed.values())) for device, by_seed in runs.items()}


def agrees_with_the_literal_protocol(ours: np.ndarray, literal: np.ndarray) -> bool:
    """Means of the last five tests of two sets of runs differ by less than 3 standard errors and 2 points."""
    ends = [runs[:, -5:].mean(1) for runs in (ours, literal)]
    error = np.sqrt(sum(end.var(ddof=1) / len(end) for end in ends))
    return abs(ends[0].mean() - ends[1].mean()) < min(max(3 * error, 0.2), 2.0)


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.parametrize(
    ("devices", "protocol", "epochs"),
    [
        (RIGHT, NEUROSIM, 40),
        (SHIFTED, NEUROSIM_SHIFTED, 125),
        ({"TaOx/TiO2": "taox-tio2"}, NEUROSIM_SHIFTED, 65),
        ({"software": "ideal"}, SOFTWARE, 60),
    ],
)
def test_final_accuracy_of_the_reference(mnist, devices, protocol, epochs):
    """Within 2 points: the mean of the settled part of the run, and of the last five tests alone.

    One device is the exception by the second rule: the reference's only run of Ag:a-Si with the shifted start
    ends more than 2 points above the mean of its own protocol over eight seeds, so that no faithful simulator
    ends within 2 points of it on the average. There that mean stands in for the run (docs/arrays.md).
    """
    params = SynapseParameters.stack([preset(name) for name in devices.values()])
    result = train_online(params, *mnist, epochs=epochs, test_every=5, seeds=4, protocol=protocol)
    curves, literal = reference_curves(), literal_runs()
    settled = result.epochs > epochs / 4
    for ours, device in zip(result.accuracy, devices, strict=True):
        theirs = np.array([curves[device][epoch] for epoch in result.epochs])
        assert abs(ours[:, settled].mean() - theirs[settled].mean()) < 2, f"{device}, settled"
        if device == "Ag:a-Si":
            assert theirs[-5:].mean() > literal[device][:, -5:].mean() + 2
            assert agrees_with_the_literal_protocol(ours, literal[device]), device
        else:
            assert abs(ours[:, -5:].mean() - theirs[-5:].mean()) < 2, f"{device}, last five"


OTHERS = {"HZO FeFET": "hzo-fefet", "GST PCM": "gst-pcm"}


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.parametrize(("start", "protocol"), [(" right start", NEUROSIM), ("", NEUROSIM_SHIFTED)])
def test_devices_without_a_reference_run_follow_the_literal_protocol(mnist, start, protocol):
    params = SynapseParameters.stack([preset(name) for name in OTHERS.values()])
    result = train_online(params, *mnist, epochs=40, test_every=5, seeds=4, protocol=protocol)
    literal = literal_runs()
    for ours, device in zip(result.accuracy, OTHERS, strict=True):
        assert agrees_with_the_literal_protocol(ours, literal[device + start]), device
