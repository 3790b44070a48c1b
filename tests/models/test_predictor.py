"""Predictions, draws and the bundle."""

from __future__ import annotations

import fractions
import hashlib
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from perovdata.dataset import METRICS, SynapseDesign
from perovdata.errors import InputError
from perovdata.models import Predictor, load_bundle, load_predictor

ELECTRICAL = SynapseDesign("CsPbBr3", stimulus="electrical", device_type="2T-memristor")
OPTICAL = SynapseDesign("CsPbBr3", stimulus="optical", device_type="2T-photosynapse")


@pytest.fixture(scope="module")
def predictor(bundle) -> Predictor:
    return load_bundle(bundle[0], check_data=False)


def test_predictions_tell_the_planted_difference(predictor):
    electrical, optical = predictor.predict([ELECTRICAL, OPTICAL])
    ratio = electrical.predictions["on_off_ratio"].median / optical.predictions["on_off_ratio"].median
    assert 30 < ratio < 300
    low, high = electrical.predictions["on_off_ratio"].interval
    assert low < electrical.predictions["on_off_ratio"].median < high


def test_every_metric_says_what_stands_behind_it(predictor):
    found = predictor.predict(ELECTRICAL)[0].predictions
    assert found["on_off_ratio"].kind in ("model", "baseline")
    assert found["on_off_ratio"].skill["low"] <= found["on_off_ratio"].skill["high"]
    assert found["endurance"].kind == "population"
    assert found["ppf_index"].kind == "reported range"
    assert found["ppf_index"].median is None
    assert found["ppf_index"].reported_range[0] >= 110
    assert found["retention"].at_least < found["retention"].median
    assert found["on_off_ratio"].at_least is None


def test_a_prediction_is_a_table_for_pandas_and_for_a_notebook(predictor):
    found = predictor.predict(ELECTRICAL, known={"set_voltage": 0.5})[0]
    frame = found.to_frame().set_index("metric")
    assert list(frame.index) == list(found.predictions)
    for name, p in found.predictions.items():
        row = frame.loc[name]
        assert row["kind"] == p.kind
        assert row["papers"] == p.n_papers
        if p.interval is not None:
            assert (row["median"], row["low"], row["high"]) == (p.median, *p.interval)
    shown = found._repr_html_()
    assert all(METRICS[name].label in shown for name in found.predictions)
    assert "eV" in shown
    assert "<script" not in replace(found, design={"composition": "<script>"})._repr_html_()


def test_a_known_metric_shifts_and_sharpens_its_partner(predictor):
    free = predictor.predict(ELECTRICAL, metrics=["set_voltage"])[0].predictions["set_voltage"]
    told = predictor.predict(ELECTRICAL, metrics=["set_voltage"], known={"reset_voltage": 4.0})[0]
    told = told.predictions["set_voltage"]
    width = [np.log10(p.interval[1] / p.interval[0]) for p in (free, told)]
    assert told.median > 1.5 * free.median
    assert width[1] < 0.75 * width[0]
    sharpen = predictor.predict(ELECTRICAL)[0].sharpen["set_voltage"]
    assert sharpen[0]["metric"] == "reset_voltage"


def test_known_metrics_come_back_as_given(predictor):
    found = predictor.predict(ELECTRICAL, known={"ppf_index": 150.0, "set_voltage": 0.5})[0].predictions
    assert (found["set_voltage"].median, found["set_voltage"].kind) == (0.5, "known")
    assert found["ppf_index"].median == 150.0
    assert "too few" in found["ppf_index"].note


def test_draws_have_the_predicted_marginals_and_the_joint_shape(predictor):
    draws = predictor.sample(ELECTRICAL, n_draws=4000, seed=1)
    found = predictor.predict(ELECTRICAL)[0].predictions
    for name in ("on_off_ratio", "set_voltage", "retention"):
        inside = np.mean((draws[name] >= found[name].interval[0]) & (draws[name] <= found[name].interval[1]))
        assert inside == pytest.approx(0.9, abs=0.02)
    together = np.corrcoef(np.log10(draws["set_voltage"][0]), np.log10(draws["reset_voltage"][0]))[0, 1]
    assert together > 0.5
    given = predictor.sample(ELECTRICAL, known={"reset_voltage": 4.0}, n_draws=500, seed=1)
    assert np.all(given["reset_voltage"] == 4.0)
    assert np.median(given["set_voltage"]) > np.median(draws["set_voltage"])


def test_no_prediction_leaves_what_the_tables_accept(predictor):
    draws = predictor.sample(ELECTRICAL, n_draws=4000)
    for name, values in draws.items():
        assert METRICS[name].low <= values.min() <= values.max() <= METRICS[name].high, name
    # The far tail of a wide distribution is cut there, not left beyond.
    for name, one in predictor.predict(ELECTRICAL, level=0.99)[0].predictions.items():
        if one.interval is not None:
            assert METRICS[name].low <= one.interval[0] <= one.interval[1] <= METRICS[name].high


def test_the_same_seed_gives_the_same_draws_after_a_round_trip(bundle, predictor):
    before = bundle[1].sample([ELECTRICAL, OPTICAL], n_draws=50, seed=7)
    after = predictor.sample([ELECTRICAL, OPTICAL], n_draws=50, seed=7)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    other = predictor.sample([ELECTRICAL], n_draws=50, seed=8)
    assert not np.array_equal(other["on_off_ratio"], after["on_off_ratio"][:1])


def test_one_design_alone_or_among_many_is_the_same(predictor):
    alone = predictor.predict(OPTICAL)[0]
    among = predictor.predict([ELECTRICAL, OPTICAL, ELECTRICAL], known=[{}, {}, {"set_voltage": 1.0}])[1]
    assert alone.to_dict() == among.to_dict()


def test_a_strange_design_is_called_extrapolation_and_gets_wider_intervals(predictor):
    strange = SynapseDesign(
        "Cs2SnCl6",
        stimulus="other",
        device_type="capacitor",
        morphology="single-crystal",
        mechanism="phase-transition",
        geometry="lateral",
        dimensionality="0D",
    )
    near, far = predictor.predict([ELECTRICAL, strange])
    assert far.applicability["extrapolating"]
    assert not near.applicability["extrapolating"]
    assert far.applicability["score"] < near.applicability["score"]
    widths = [np.log10(np.divide(*p.predictions["retention"].interval[::-1])) for p in (near, far)]
    assert widths[1] > widths[0]


def test_the_nearest_devices_share_what_they_say_they_share(predictor):
    found = predictor.predict(ELECTRICAL)[0].nearest
    assert [row["distance"] for row in found] == sorted(row["distance"] for row in found)
    assert found[0]["composition"] == "CsPbBr3"
    assert {"composition", "device_type", "stimulus"} <= set(found[0]["shared"])
    assert found[0]["doi"].startswith("10.")


@pytest.mark.parametrize(("options", "said"), [
    ({"metrics": ["on_of_ratio"]}, "on_off_ratio"),
    ({"known": {"set_voltage": -1.0}}, "set_voltage"),
    ({"known": {"speed": 1.0}}, "speed"),
    ({"level": 1.2}, "level"),
])  # fmt: skip
def test_bad_requests_are_named(predictor, options, said):
    with pytest.raises(InputError, match=said):
        predictor.predict(ELECTRICAL, **options)


def copy_bundle(bundle, tmp_path):
    return shutil.copytree(bundle[0], tmp_path / "model")


def test_a_tampered_or_incomplete_bundle_is_refused(bundle, tmp_path):
    folder = copy_bundle(bundle, tmp_path)
    path = next((folder / "models").iterdir())
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(InputError, match="changed after training"):
        load_bundle(folder, check_data=False)
    path.unlink()
    with pytest.raises(InputError, match="missing"):
        load_bundle(folder, check_data=False)
    with pytest.raises(InputError, match="no model bundle"):
        load_bundle(tmp_path)


def test_a_bundle_for_other_data_is_refused(bundle, tmp_path):
    folder = copy_bundle(bundle, tmp_path)
    content = json.loads((folder / "metadata.json").read_text())
    content["metadata"]["versions"]["data"] = "0123456789ab"
    rewrite(folder, "metadata.json", json.dumps(content))
    with pytest.raises(InputError, match="0123456789ab"):
        load_bundle(folder)


def test_a_bundle_cannot_ask_for_a_foreign_class(bundle, tmp_path):
    folder = copy_bundle(bundle, tmp_path)
    path = next((folder / "models").glob("*.json"))
    rewrite(folder, f"models/{path.name}", '[{"class": "Popen", "state": {}}]')
    with pytest.raises(InputError, match="Popen"):
        load_bundle(folder, check_data=False)


def test_a_skops_file_with_a_foreign_type_is_refused(bundle, tmp_path):
    import skops.io

    folder = copy_bundle(bundle, tmp_path)
    name = next((folder / "models").iterdir()).stem
    for path in (folder / "models").glob(f"{name}.*"):
        path.unlink()
    skops.io.dump([fractions.Fraction(1, 3)], folder / "models" / f"{name}.skops")
    sums = json.loads((folder / "checksums.json").read_text())
    sums = {k: v for k, v in sums.items() if not k.startswith(f"models/{name}.")}
    (folder / "checksums.json").write_text(json.dumps(sums))
    rewrite(folder, f"models/{name}.skops", None)
    with pytest.raises(InputError, match="unknown types"):
        load_bundle(folder, check_data=False)


def rewrite(folder, name, text):
    """Change a file as someone would who also fixes the checksum."""
    if text is not None:
        (folder / name).write_text(text)
    sums = json.loads((folder / "checksums.json").read_text())
    sums[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "checksums.json").write_text(json.dumps(sums))


def test_every_candidate_survives_the_bundle(long, tmp_path):
    from perovdata.models.estimators.candidates import CANDIDATES, Average
    from perovdata.models.evaluation.settings import Settings
    from perovdata.models.evaluation.training_data import gather
    from perovdata.models.store.bundle import _load_models, _save_models

    evidence = gather(Settings(background_weight=0.0), long)
    rows = np.ones(len(evidence.corpus.targets["on_off_ratio"].rows), dtype=bool)
    fitted = {
        n: evidence.fit(n, "on_off_ratio", rows, 0) for n, c in CANDIDATES.items() if c.make is not None
    }
    fitted["wide average"] = Average(list(fitted.values())[3:6])
    (tmp_path / "models").mkdir()
    for name, model in fitted.items():
        _save_models([model], tmp_path / "models", name)
        stored = {f"models/{p.name}": "" for p in (tmp_path / "models").iterdir()}
        back = _load_models(tmp_path, name, stored)[0]
        assert np.array_equal(back.predict(evidence.X), model.predict(evidence.X)), name


def test_the_model_card_names_every_metric(bundle):
    card = (bundle[0] / "README.md").read_text()
    assert all(name in card for name in bundle[1].summary)


def test_the_shipped_bundle_is_used_and_a_stale_one_passed_over(bundle, tmp_path, monkeypatch):
    from perovdata.models.store import find_or_train

    copy = tmp_path / "model"
    shutil.copytree(bundle[0], copy)
    monkeypatch.setattr(find_or_train, "shipped_bundle", lambda: copy)
    assert load_predictor().summary == bundle[1].summary
    content = json.loads((copy / "metadata.json").read_text())
    content["metadata"]["versions"]["data"] = "0123456789ab"
    rewrite(copy, "metadata.json", json.dumps(content))
    notes, trained = [], []
    monkeypatch.setenv("PEROVDATA_CACHE_DIR", str(tmp_path / "cache"))

    def train_into(folder, progress):
        trained.append(folder)
        shutil.copytree(bundle[0], folder)

    monkeypatch.setattr(find_or_train, "_train_into", train_into)
    assert load_predictor(note=notes.append).summary == bundle[1].summary
    assert "0123456789ab" in notes[0]
    load_predictor()
    assert len(trained) == 1


def test_an_interval_that_passes_all_that_is_reported_says_so(bundle):
    told = bundle[1].predict(SynapseDesign("CsPbBr3"), level=0.99)[0].predictions
    assert any(p.beyond_reported for p in told.values())
    for p in told.values():
        if p.interval is not None and p.kind != "known":
            low, high = p.reported_range
            assert p.beyond_reported == (p.interval[0] < low or p.interval[1] > high)
