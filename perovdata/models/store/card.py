"""The model card that travels with a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perovdata.dataset import METRICS

if TYPE_CHECKING:
    from perovdata.models.predictor.predictor import Predictor

_COLUMNS = (
    *("metric", "unit", "papers", "shown as", "by", "error", "best rule", "its error", "skill over it"),
    *("skill over the median", "coverage of 90 %"),
)
_HEAD = """\
# Predictor of synaptic metrics of halide-perovskite devices

Generated with the bundle. One row per metric; errors are mean absolute errors on papers that the model
had not seen, in decades (metrics marked linear: in their unit). Skill is one minus the ratio of the error
to that of the best simple rule, and to that of the median of all papers, with 90 % bootstrap intervals over
papers. Shown is a model that beat the rules, the best rule (baseline) because none did, or the range of all
reported devices (population) because the papers are too few.

"""

_TAIL = """
Trained on {n_designs} devices from {n_papers} papers. Candidates: {candidates}.
Intervals: grouped cross-conformal (CV+ by paper), wider far from reported designs; a design further away than
{threshold:.2f} counts as extrapolation.

Use it to know what reported devices of a kind do and how uncertain that is. Do not read a baseline or a
population as knowledge about one composition, and do not extrapolate to non-halide devices. Retention,
endurance and stability are what papers demonstrated: lower bounds of the true values.

Versions: {versions}; seed {seed}.
"""


def model_card(predictor: Predictor) -> str:
    """Markdown text: what it predicts, how well, for what, and what it must not be used for."""
    metadata = predictor.metadata
    rows = [_row(predictor, name, row) for name, row in predictor.summary.items()]
    tail = _TAIL.format(
        n_designs=len(predictor.reference),
        n_papers=len({row["paper_id"] for row in predictor.reference}),
        candidates=", ".join(metadata.get("candidates", [])),
        threshold=predictor.threshold,
        versions=", ".join(f"{k} {v}" for k, v in metadata.get("versions", {}).items()),
        seed=metadata.get("seed"),
    )
    head = [f"| {' | '.join(_COLUMNS)} |", "|" + "---|" * len(_COLUMNS)]
    return _HEAD + "\n".join([*head, *rows]) + "\n" + tail


def _row(predictor: Predictor, name: str, row: dict) -> str:
    unit = METRICS[name].unit + (" (linear)" if METRICS[name].scale == "linear" else "")
    cells = [name, unit, row["n_papers"], row["kind"]]
    if row["skill"] is None:
        return "| " + " | ".join(map(str, [*cells, *[""] * 7])) + " |"
    scores = row["evaluation"]
    cells += [
        predictor.models[name].name,
        f"{scores['mae']:.2f}",
        row["baseline"],
        f"{scores['mae_baseline']:.2f}",
        *(
            f"{s['value']:.2f} ({s['low']:.2f} .. {s['high']:.2f})"
            for s in (row["skill"], row["skill_over_median"])
        ),
        f"{scores['coverage_90']:.2f}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"
