"""A small literature with planted truths: what a method should find is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perovdata.dataset import DESIGN_COLUMNS

QUICK = {
    "outer_folds": 3,
    "repeats": 1,
    "inner_folds": 3,
    "bootstrap": 200,
    "jobs": 1,
    "background_weight": 0,
    "shares": [0.5, 1.0],
    "candidates": ["hierarchical", "ridge, 10 features"],
}


def literature(n_papers: int = 50, seed: int = 0) -> pd.DataFrame:
    """Long table of made-up devices.

    Planted: on/off depends on the stimulus (2 decades between electrical and optical) with 0.4 decades of
    noise; set and reset voltage share their deviation; retention is pure noise; a fifth of the on/off
    ratios are given as lower bounds; every tenth paper has two devices; endurance is stated by 12 papers,
    PPF by 5.
    """
    rng = np.random.default_rng(seed)
    rows = []
    formulas = ("CsPbBr3", "MAPbI3", "Cs2AgBiBr6", "CsPbI3")
    for i in range(n_papers):
        for j in range(2 if i % 10 == 0 else 1):
            stimulus = ("electrical", "optical")[i % 2]
            design = dict.fromkeys(DESIGN_COLUMNS)
            design.update(
                composition=formulas[int(rng.integers(4))],
                stimulus=stimulus,
                device_type="2T-memristor" if stimulus == "electrical" else "2T-photosynapse",
                morphology=("nanocrystal", "polycrystalline-film")[int(rng.integers(2))],
                n_layers=np.nan, wavelength_nm=np.nan, thickness_nm=np.nan,
            )  # fmt: skip
            common = {
                "device_id": f"t{i:03d}{j}",
                "paper_id": f"p{i:03d}",
                "doi": f"10.0000/{i}",
                "url": f"https://example.org/{i}",
                **design,
                "lead_free": "Ag" in design["composition"],
                "definition": "not stated",
                "value_high": np.nan,
            }
            shared = rng.normal(0, 0.3)
            on_off = (4.0 if stimulus == "electrical" else 2.0) + rng.normal(0, 0.4)
            bound = rng.random() < 0.2
            values = {
                "on_off_ratio": (10 ** (on_off - 0.5 * bound), "lower" if bound else "exact"),
                "set_voltage": (10 ** (shared + rng.normal(0, 0.08)), "exact"),
                "reset_voltage": (10 ** (shared + rng.normal(0, 0.08)), "exact"),
                "retention": (10 ** rng.normal(4, 0.6), "lower"),
            }
            if i < 12:
                values["endurance"] = (10 ** rng.normal(3, 0.8), "lower")
            if i < 5:
                values["ppf_index"] = (rng.uniform(110, 250), "exact")
            for metric, (value, kind) in values.items():
                rows.append({**common, "metric": metric, "value": value, "bound_for_models": kind})
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def long() -> pd.DataFrame:
    return literature()


@pytest.fixture(scope="session")
def evaluation(long, tmp_path_factory):
    """Folder and metrics of one quick evaluation."""
    from perovdata.models import evaluate

    folder = tmp_path_factory.mktemp("evaluation")
    return folder, evaluate(QUICK, folder, long=long)


@pytest.fixture(scope="session")
def bundle(long, evaluation, tmp_path_factory):
    """Folder of a bundle trained on the made-up literature, and the predictor as trained."""
    from perovdata.models import train

    folder = tmp_path_factory.mktemp("bundle") / "model"
    return folder, train(QUICK, evaluation[0], folder, long=long)
