"""Stage bandgap: what a composition tells of its band gap, tested on what was hidden."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from common import DERIVED, METRICS, ROOT, params
from threadpoolctl import threadpool_limits

from perovdata.files import write_atomic, write_json
from perovdata.materials import gap_evaluation as evaluation
from perovdata.materials.gap_data import training_table
from perovdata.materials.gap_page import with_tables

OUT = DERIVED / "bandgap"
SPLITS = ROOT / "data" / "splits" / "bandgaps.csv"
PAGE = ROOT / "docs" / "materials.md"


def write_csv(path: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of equal keys as a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomic(path, text.getvalue())


def flat(name: str, told: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of one question as metrics."""
    return {
        f"{name}.mae_eV": told["mae_eV"],
        f"{name}.mae_low_eV": told["mae_interval_eV"][0],
        f"{name}.mae_high_eV": told["mae_interval_eV"][1],
        f"{name}.skill": told["skill"],
        f"{name}.skill_low": told["skill_interval"][0],
        f"{name}.skill_high": told["skill_interval"][1],
        f"{name}.coverage_90": told["coverage"]["0.9"],
        f"{name}.n_groups": told["n_groups"],
    }


def main() -> None:
    """All questions, the curves over amount and composition, and the page of results."""
    settings = params("bandgap")
    seed, n_folds = settings["seed"], settings["folds"]
    table = training_table()
    summaries, metrics = {}, {}
    splits = {
        "key": table.keys,
        "composition": table.composition,
        "system": table.system,
        "family": table.family,
    }
    parity = []
    for question in settings["questions"]:
        outcome = evaluation.answer(question, n_folds, seed)
        summaries[question] = evaluation.summary(outcome, seed)
        metrics |= flat(question, summaries[question])
        splits[f"fold_{question}"] = outcome.fold
        half = outcome.factor[evaluation.LEVEL] * outcome.sd
        parity += [
            {
                "question": question,
                "key": k,
                "measured_eV": y,
                "predicted_eV": m,
                "low_eV": m - h,
                "high_eV": m + h,
            }
            for k, y, m, h in zip(table.keys, outcome.y, outcome.mean, half, strict=True)
        ]
    cutoffs = evaluation.cutoff_errors()
    told = {
        "chosen": evaluation.chosen_model(table, "composition")[0],
        "questions": summaries,
        "scatter": evaluation.scatter_floor(),
        "coefficients_eV": evaluation.law_coefficients(),
        "cutoff": cutoffs,
        "cutoff_mae_nm": evaluation.mean_cutoff_error(cutoffs),
    }
    write_json(OUT / "summary.json", told)
    write_csv(OUT / "parity.csv", parity)
    write_csv(
        OUT / "series.csv", [row for name in evaluation.SERIES for row in evaluation.series_curve(name)]
    )
    shares = tuple(settings["learning_shares"])
    write_csv(OUT / "learning_curve.csv", evaluation.learning_curve(shares, n_folds, seed))
    columns = {name: np.asarray(column).tolist() for name, column in splits.items()}
    write_csv(SPLITS, [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])
    first = settings["questions"][0]
    write_json(
        METRICS / "bandgap.json",
        {
            "mae": metrics[f"{first}.mae_eV"],
            "skill": metrics[f"{first}.skill"],
            "coverage": metrics[f"{first}.coverage_90"],
            **metrics,
            "scatter.mean_eV": told["scatter"]["mean_eV"],
            "cutoff.mae_nm": told["cutoff_mae_nm"],
        },
    )
    if PAGE.is_file():
        write_atomic(PAGE, with_tables(PAGE.read_text("utf-8"), told))


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):  # matrices so small that threads mostly wait for each other
        main()
