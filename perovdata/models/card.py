"""The model card that travels with a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perovdata.dataset import METRICS

if TYPE_CHECKING:
    from perovdata.models.predictor import Predictor

__all__ = ["model_card"]


def model_card(predictor: Predictor) -> str:
    """Markdown text: what it predicts, how well, for what, and what it must not be used for."""
    versions = predictor.metadata.get("versions", {})
    lines = [
        "# Predictor of synaptic metrics of halide-perovskite devices",
        "",
        "Generated with the bundle. One row per metric; errors are mean absolute errors on papers that the model",
        "had not seen, in decades (metrics marked linear: in their unit). Skill is one minus the ratio of the error to",
        "that of the best naive baseline, with its 90 % bootstrap interval over papers.",
        "",
        "| metric | unit | papers | shown as | model | error | best baseline | its error | skill (90 %) | coverage of the 90 % interval |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, row in predictor.summary.items():
        unit = METRICS[name].unit + (" (linear)" if METRICS[name].scale == "linear" else "")
        if row["skill"] is None:
            lines.append(f"| {name} | {unit} | {row['n_papers']} | {row['kind']} | | | | | | |")
            continue
        scores, skill = row["evaluation"], row["skill"]
        lines.append(
            f"| {name} | {unit} | {row['n_papers']} | {row['kind']} | {predictor.models[name].name} "
            f"| {scores['mae']:.2f} | {row['baseline']} | {scores['mae_baseline']:.2f} "
            f"| {skill['value']:.2f} ({skill['low']:.2f} .. {skill['high']:.2f}) | {scores['coverage_90']:.2f} |"
        )
    lines += [
        "",
        f"Training designs: {len(predictor.reference)} devices from {predictor.reference['paper_id'].nunique()} papers.",
        f"Candidates tried: {', '.join(predictor.metadata.get('candidates', []))}.",
        "Intervals: grouped cross-conformal (CV+ by paper), wider far from reported designs; a design further away than",
        f"{predictor.threshold:.2f} counts as extrapolation.",
        "",
        "Use it to know what reported devices of a kind do and how uncertain that is. Do not read a baseline or a",
        "population as knowledge about one composition, and do not extrapolate to non-halide devices.",
        "",
        "Versions: "
        + ", ".join(f"{k} {v}" for k, v in versions.items())
        + f"; seed {predictor.metadata.get('seed')}.",
        "",
    ]
    return "\n".join(lines)
