"""Address events: the N-MNIST format and the generator."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perovdata.devices import SynapseParameters
from perovdata.errors import InputError
from perovdata.vision import run
from perovdata.vision.data.events import (
    Events,
    events_from_frames,
    frames_from_events,
    on_event_counts,
    read_events,
    write_events,
)


def test_reads_the_published_layout(tmp_path):
    # x = 3, y = 7, on, t = 0x010203 us; then x = 255, y = 0, off, one us later.
    (tmp_path / "a.bin").write_bytes(bytes([3, 7, 0x81, 2, 3, 255, 0, 0x01, 2, 4]))
    events = read_events(tmp_path / "a.bin")
    assert events.x.tolist() == [3, 255]
    assert events.y.tolist() == [7, 0]
    assert events.on.tolist() == [True, False]
    assert events.t == pytest.approx([0x010203 * 1e-6, 0x010204 * 1e-6], abs=1e-12)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255), st.booleans(), st.integers(0, 2**23 - 1)))
)
def test_round_trip(tmp_path, rows):
    rows = sorted(rows, key=lambda row: row[3])
    if not rows:
        return
    x, y, on, t = (np.array(column) for column in zip(*rows, strict=True))
    write_events(tmp_path / "e.bin", Events(x, y, on, t * 1e-6))
    back = read_events(tmp_path / "e.bin")
    assert np.array_equal(back.x, x)
    assert np.array_equal(back.y, y)
    assert np.array_equal(back.on, on)
    assert np.array_equal(np.rint(back.t * 1e6), t)


@pytest.mark.parametrize("raw", [b"", b"1234", b"\1\1\0\0\5\1\1\0\0\4"])
def test_damaged_file(tmp_path, raw):
    (tmp_path / "bad.bin").write_bytes(raw)
    with pytest.raises(InputError, match=r"bad\.bin"):
        read_events(tmp_path / "bad.bin")


def test_absent_file(tmp_path):
    with pytest.raises(InputError, match=r"none\.bin"):
        read_events(tmp_path / "none.bin")


def test_address_that_does_not_fit(tmp_path):
    with pytest.raises(InputError, match=r"0\.\.255"):
        write_events(
            tmp_path / "x.bin", Events(np.array([256]), np.array([0]), np.array([True]), np.array([0.0]))
        )


def test_generator_sees_only_changes():
    frames = np.zeros((3, 4, 5))
    frames[1:, 1, 2] = 1  # brightens once and stays
    frames[2, 3, 3] = 1
    events = events_from_frames(frames, 0.01)
    assert set(zip(events.x.tolist(), events.y.tolist(), strict=True)) == {(2, 1), (3, 3)}
    assert events.on.all()
    assert (np.diff(events.t) >= 0).all()
    assert events.t[events.y == 1].max() < 0.01 < events.t[events.y == 3].min()
    assert len(events_from_frames(frames[::-1], 0.01)) == len(events)
    assert not events_from_frames(frames[::-1], 0.01).on.any()


def test_counts_are_those_of_the_stream():
    frames = np.random.default_rng(0).random((5, 6, 7))
    stream = frames_from_events(events_from_frames(frames, 0.1), (6, 7), 4, duration_s=0.4)
    assert np.array_equal(stream[1], on_event_counts(frames))


def test_still_scene_gives_no_events():
    assert len(events_from_frames(np.ones((3, 2, 2)), 0.1)) == 0


@pytest.mark.parametrize("frames", [np.zeros((1, 2, 2)), np.zeros((2, 2))])
def test_too_few_frames(frames):
    with pytest.raises(InputError, match="frames of shape"):
        events_from_frames(frames, 0.1)


def test_event_outside_the_picture():
    with pytest.raises(InputError, match="outside"):
        frames_from_events(Events(np.array([9]), np.array([0]), np.array([True]), np.array([0.1])), (4, 4), 2)


def _write_nmnist(folder, n_train, n_test):
    rng = np.random.default_rng(0)
    for part, count in (("Train", n_train), ("Test", n_test)):
        for digit in range(10):
            (folder / part / str(digit)).mkdir(parents=True)
            for index in range(count):
                # Each digit lights its own row of the sensor.
                n = 40
                events = Events(
                    rng.integers(0, 34, n),
                    np.full(n, 3 * digit + 1),
                    rng.random(n) < 0.5,
                    np.sort(rng.random(n)),
                )
                write_events(folder / part / str(digit) / f"{index:05d}.bin", events)


def test_nmnist_folder_is_named_by_the_task(tmp_path):
    _write_nmnist(tmp_path, 4, 2)
    result = run("events", SynapseParameters.make(), source="nmnist", per_class=4, bins=3, data_dir=tmp_path)
    assert result.image_source == "N-MNIST"
    assert result.accuracy[0, 0] == result.ceiling == 100
    assert result.confusion.sum() == 10
    with pytest.raises(InputError, match="Train/0"):
        run("events", SynapseParameters.make(), source="nmnist", data_dir=tmp_path / "Train")


def test_nmnist_needs_a_folder(monkeypatch):
    monkeypatch.delenv("PEROVDATA_DATA_DIR", raising=False)
    with pytest.raises(InputError, match="argument data_dir"):
        run("events", SynapseParameters.make(), source="nmnist")
