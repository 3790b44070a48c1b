"""The whole report from small results of every stage: what they say is on the page, the same each time."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
import vl_convert

from perovdata.report import build_report, read_derived, summarise
from perovdata.report.model_figures import leakage_figure

METRICS = ("on_off_ratio", "retention", "set_voltage")


def spread(middle, half):
    return {"median": middle, "interval": [middle - half, middle + half]}


def predicted(kind, median, n_papers, **more):
    interval = None if median is None else [median / 2, median * 2]
    row = {
        "unit": "V",
        "median": median,
        "interval": interval,
        "level": 0.9,
        "kind": kind,
        "model": "hierarchical",
    }
    return {
        **row,
        "n_papers": n_papers,
        "reported_range": [0.1, 3.0],
        "at_least": None,
        "skill": None,
        **more,
    }


def simulation(accuracy, energy):
    values = [accuracy - 4, accuracy, accuracy + 4]
    return {
        "accuracy": {**spread(accuracy, 4.0), "standard_error": 2.7, "level": 0.9, "values": values},
        "verdict": {"text": "Undecided: measure the window."},
        "ceiling": 93.1,
        "chance": 10.0,
        "versions": {"perovdata": "0", "jax": "0"},
        "seed": 1,
        "draws": 3,
        "seeds": 1,
        "energy_per_image_J": energy,
        "classes": ["0", "1"],
        "confusion": [[3, 1], [0, 4]],
        "pictures": {"images": [[[0.0, 1.0], [0.5, 0.25]]], "weights": [[[-1.0, 1.0], [0.5, 0.25]]]},
        "parameters": {
            "g_max": {**spread(1e-6, 1e-7), "unit": "S", "origin": "assumed", "detail": "typical"},
            "n_pulses_ltp": {**spread(64.0, 8.0), "unit": "1", "origin": "predicted", "detail": "n_states"},
            "film_thickness": {
                **spread(3e-7, 0.0),
                "unit": "m",
                "origin": "assumed",
                "detail": "3e-7: usual",
            },
        },
    }


def band_gap_results(folder):
    """What the stage bandgap leaves."""
    folder.mkdir()
    question = {
        "n_groups": 9, "mae_eV": 0.04, "mae_interval_eV": [0.03, 0.05], "baseline": "family median",
        "skill": 0.6, "skill_interval": [0.5, 0.7], "coverage": {"0.9": 0.91},
    }  # fmt: skip
    told = {"scatter": {"mean_eV": 0.028}, "questions": {"composition": question}}
    (folder / "summary.json").write_text(json.dumps(told))
    parity = {
        "question": "composition",
        "measured_eV": 1.6,
        "predicted_eV": 1.65,
        "low_eV": 1.6,
        "high_eV": 1.7,
    }
    pd.DataFrame([parity]).to_csv(folder / "parity.csv", index=False)
    point = {"series": "MAPb(I,Br)3", "x": 0.5, "gap_eV": 1.9, "low": 1.8, "high": 2.0}
    pd.DataFrame([{**point, "kind": kind} for kind in ("model", "measured")]).to_csv(
        folder / "series.csv", index=False
    )


@pytest.fixture
def derived(tmp_path):
    """A folder as the pipeline leaves it."""
    folder = tmp_path / "evaluation"
    folder.mkdir()
    rng = np.random.default_rng(0)
    skill = {
        "metric": METRICS,
        "n_papers": [40, 41, 17],
        "kind": ["model", "baseline", "population"],
        "skill": [0.2, 0.0, -0.1],
        "skill_low": [0.05, 0.0, -0.3],
        "skill_high": [0.35, 0.0, 0.07],
        "skill_over_median_low": [0.1, -0.1, -0.3],
        "procedure_skill": [0.2, -0.01, -0.1],
        **{
            f"coverage_{level}": [level / 100, level / 100 - 0.05, level / 100 + 0.02]
            for level in (50, 80, 90)
        },
    }
    pd.DataFrame(skill).to_csv(folder / "skill.csv", index=False)
    parity = pd.DataFrame(
        {
            "metric": np.repeat(METRICS, 20),
            "reported": rng.normal(size=60),
            "q50": rng.normal(size=60),
            "bound": ["exact", "lower"] * 30,
            "label_low": rng.normal(size=60),
            "label_high": rng.normal(size=60) + 3,
            "repeat": 0,
            **{f"q{level:02d}": rng.normal(size=60) + level / 50 for level in (5, 95)},
        }
    )
    parity.to_csv(folder / "parity.csv", index=False)
    curve = [
        (m, learner, n, 1.0 - n / 100)
        for m in METRICS
        for learner in ("ridge", "median")
        for n in (10, 20, 40)
    ]
    pd.DataFrame(curve, columns=["metric", "learner", "n_papers", "error"]).assign(
        skill=0.1, share=0.5, mae=0.8, relative=0.9
    ).to_csv(folder / "learning_curve.csv", index=False)
    pairs = {
        "hidden": ["on_off_ratio", "set_voltage"],
        "given": ["retention", "all others"],
        "gain": [0.2, 0.01],
    }
    pd.DataFrame({**pairs, "gain_low": [0.1, -0.1], "gain_high": [0.3, 0.1], "n_papers": [9, 7]}).to_csv(
        folder / "conditioning.csv", index=False
    )
    names = ("grouped", "grouped_with_paper_id", "random", "random_with_paper_id")
    leakage = dict.fromkeys(names, 1.0) | {f"{n}_shared": 0.9 for n in names}
    (folder / "leakage.json").write_text(json.dumps(leakage))
    design = {"composition": "CsPbBr3", "stimulus": "optical", "mode": None}
    near = {
        "device_id": "d0001",
        "composition": None,
        "distance": 0.1,
        "doi": None,
        "url": "https://example.org",
    }
    gap = {"value": 2.36, "low": 2.28, "high": 2.44, "unit": "eV", "origin": "predicted"}
    gap |= {"rule": "mixing law", "sources": [], "in_domain": True}
    prediction = {
        "design": design,
        "predictions": {
            "on_off_ratio": predicted("model", 400.0, 40, unit="1"),
            "retention": predicted("baseline", 1e4, 41, unit="s", at_least=1e3),
            "set_voltage": predicted("known", 0.4, 17),
            "reset_voltage": predicted("population", 0.3, 9),
            "threshold_voltage": predicted("reported range", None, 3),
        },
        "applicability": {"score": 0.4, "distance": 0.2, "threshold": 0.3, "extrapolating": False},
        "nearest": [near],
        "properties": {"bandgap": gap, "cutoff_wavelength": gap | {"value": 526.0, "unit": "nm"}},
        "seed": 1,
        "versions": {"data": "abc", "perovdata": "0"},
    }
    (tmp_path / "prediction.json").write_text(json.dumps(prediction))
    simulations = {"digits-online": simulation(80.0, None), "digits-inference": simulation(90.0, 3e-9)}
    (tmp_path / "simulation.json").write_text(json.dumps(simulations))
    ranked = {"task": "digits-online", "composition": "CsPbBr3", "family": "3D", "stated": 3, "ceiling": 93.1}
    ranked |= {"low": 70.0, "high": 85.0, "reported_accuracy": 95.0, "reported_dataset": "MNIST"}
    rows = [
        {**ranked, "rank": k, "group": k, "device_id": f"d000{k}", "accuracy": 85.0 - k} for k in (1, 2, 3)
    ]
    rows.append({"task": rows[0]["task"], "rank": None, "group": None, "device_id": "d0099", "stated": []})
    (tmp_path / "leaderboard.json").write_text(json.dumps(rows))
    gain = {"device": "CsPbBr3", "accuracy": 80.0, "accuracy_ideal": 90.0, "low": 5.0, "high": 12.0}
    effects = [{**gain, "effect": e, "gain": g} for e, g in (("nonlinearity", 10.0), ("read noise", -0.5))]
    (tmp_path / "limits.json").write_text(json.dumps(effects))
    thing = {"accuracy": simulation(80.0, None)["accuracy"], "energy_per_image_J": 1e-9, "on_front": True}
    thing |= {
        "energy_per_image_interval_J": [5e-10, 2e-9],
        "energy_terms": {"cells": {"median_J": 1e-9}},
        "curves": {},
    }
    pair = {"a": "CsPbBr3", "b": "epiram", "difference": -3.0, "interval": [-5.0, -1.0]}
    told = {"task": "digits-online", "ceiling": 93.1, "chance": 10.0, "level": 0.9, "paired": [pair]}
    told |= {"things": [{"name": name, **thing} for name in ("CsPbBr3", "epiram")]}
    (tmp_path / "comparison.json").write_text(json.dumps(told))
    band_gap_results(tmp_path / "bandgap")
    return tmp_path


@pytest.mark.filterwarnings("error::FutureWarning")
def test_the_page_says_what_the_stages_found(derived):
    found = read_derived(derived)
    build_report(found, derived / "report.html")
    page = (derived / "report.html").read_text(encoding="utf-8")
    assert "1 of 3" in page  # one metric is predicted better than the baseline
    assert "median accuracy 80 ± 3 %" in page
    assert "Undecided: measure the window." in page
    assert "3 nJ" in page
    assert "2.280 to 2.440 eV" in page
    assert re.search(r"Listed apart.*?d0099", page, flags=re.S)
    assert page.count("--ground: #111827") == 2  # chosen, or by the system
    assert "0.040 (0.030 to 0.050)" in page
    assert "0.60 (0.50 to 0.70)" in page
    assert re.search(r"SET voltage.*?400 mV.*?given", page, flags=re.S)
    assert "≥ 1" in page
    assert re.search(r"CsPbBr3.*?epiram.*?-3\.0.*?-5\.0 to -1\.0", page, flags=re.S)
    assert "Threshold voltage" in page
    assert page.count("<svg") >= 8
    # Every figure is drawn for a wide page and for a phone.
    assert len(re.findall('class="on-wide">\\s*<svg', page)) >= 8
    assert re.findall('class="on-(\\w+)">\\s*<svg', page) == ["wide", "narrow"] * (
        page.count('class="on-wide"')
    )
    assert "n_pulses_ltp" not in page
    assert re.search(r"Pulses \(LTP\).*?Number of states", page, flags=re.S)
    assert re.search(r"Film thickness</td>.*?300 nm.*?<td>usual</td>", page, flags=re.S)
    assert re.search(r"What the array saw.*?images.*?data:image/png;base64.*?weights", page, flags=re.S)
    assert re.search(r'<th scope="row">0</th><td[^>]*>75</td><td[^>]*>25</td>', page)
    assert "NaN" not in page.replace(vl_convert.javascript_bundle(), "")
    build_report(found, derived / "again.html")
    assert (derived / "again.html").read_text(encoding="utf-8") == page


def test_the_summary_names_the_accuracies(derived):
    told = summarise(read_derived(derived))
    assert any("80" in str(value) for value in told.values())


def test_a_bar_stands_for_each_split(derived):
    figure = leakage_figure(read_derived(derived).leakage)
    assert sum(len(axes.patches) for axes in figure.axes) == 8
