"""The tables of docs/models.md, from what the stage evaluate keeps in ``data/metrics/evaluation``."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pandas as pd
from common import METRICS

FOLDER = METRICS / "evaluation"
#: Metrics of the table of candidates; a comparison needs some papers.
_FEWEST_PAPERS = 15
#: A pair needs as many papers to be listed.
_FEWEST_OF_A_PAIR = 5


def _table(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    heading = list(heading)
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in lines)


def _gain(row: pd.Series) -> str:
    return f"{row['gain']:+.2f} ({row['gain_low']:+.2f} .. {row['gain_high']:+.2f})"


def _clear(table: pd.DataFrame) -> pd.Series:
    """Whose interval of the gain leaves zero out."""
    return (table["gain_low"] > 0) | (table["gain_high"] < 0)


def candidates() -> str:
    """Error of every candidate on the metrics with the most papers."""
    found = pd.read_csv(FOLDER / "candidates.csv")
    found = found[found["n_papers"] >= _FEWEST_PAPERS]
    metrics = list(dict.fromkeys(found["metric"]))
    error = found.set_index(["candidate", "metric"])["mae"]
    names = dict.fromkeys(found["candidate"])
    rows = ([name, *(f"{error[name, metric]:.2f}" for metric in metrics)] for name in names)
    return _table(["candidate", *metrics], rows)


def learning_curve() -> str:
    """Error against the share of training papers."""
    found = pd.read_csv(FOLDER / "learning_curve.csv")
    shares = sorted(set(found["share"]))
    rows = []
    for (metric, learner), part in found.groupby(["metric", "learner"], sort=True):
        error = part.set_index("share")["mae"]
        papers = part["n_papers"].max()
        rows.append(
            [f"{metric} ({papers:.0f} papers at 100 %)", learner, *(f"{error[s]:.2f}" for s in shares)]
        )
    return _table(["metric", "learner", *(f"{100 * s:.0f} %" for s in shares)], rows)


def _pairs() -> pd.DataFrame:
    found = pd.read_csv(FOLDER / "conditioning.csv")
    return found[found["n_papers"] >= _FEWEST_OF_A_PAIR]


def conditioning() -> str:
    """Pairs of hidden and given metrics whose gain is clear of zero, either way; and of how many."""
    found = _pairs()
    rows = (
        (
            row["hidden"],
            str(row["given"]),
            row["n_papers"],
            f"{row['mae_before']:.2f}",
            f"{row['mae_after']:.2f}",
            _gain(row),
            f"{row['coverage_90']:.2f}",
        )
        for _, row in found[_clear(found)].iterrows()
    )
    heading = ["hidden", "given", "papers", "error before", "after", "gain (90 %)", "coverage of the 90 %"]
    return f"Rows looked at: {len(found)}.\n\n{_table(heading, rows)}"


def transfer() -> str:
    """With and without the background devices: rows whose gain is clear of zero, and the mean over all."""
    found = pd.read_csv(FOLDER / "transfer.csv")
    shown = found[_clear(found) | (found["metric"] == "all")]
    rows = (
        (
            row["learner"],
            row["metric"],
            row["n_papers"],
            row["n_background"],
            f"{row['mae_without']:.2f}",
            f"{row['mae_with']:.2f}",
            _gain(row),
        )
        for _, row in shown.iterrows()
    )
    heading = [
        "learner", "metric", "perovskite papers", "background papers", "without", "with", "gain (90 %)",
    ]  # fmt: skip
    return f"Rows looked at: {len(found)}.\n\n{_table(heading, rows)}"


def leakage() -> str:
    """Error relative to the global median when the split leaks the paper."""
    found = json.loads((FOLDER / "leakage.json").read_text(encoding="utf-8"))
    rows = {
        "by paper": "grouped",
        "by paper, paper's identity as a feature": "grouped_with_paper_id",
        "by row (leaks)": "random",
        "by row, identity as a feature": "random_with_paper_id",
    }
    return _table(
        ["split", "all rows", "papers with several devices"],
        ([name, f"{found[key]:.2f}", f"{found[f'{key}_shared']:.2f}"] for name, key in rows.items()),
    )


#: Name of the place in docs/models.md, and what is written there.
TABLES = {
    "candidates": candidates,
    "learning curve": learning_curve,
    "conditioning": conditioning,
    "transfer": transfer,
    "leakage": leakage,
}
