"""The tables of the evaluation as Markdown, for the page between its markers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perovdata.errors import InputError
from perovdata.materials.gap_evaluation import BASELINES, QUESTIONS
from perovdata.materials.gap_models import CANDIDATES

_START, _END = "<!-- band-gap tables: written by the pipeline -->", "<!-- end of the band-gap tables -->"


def with_tables(page: str, told: Mapping[str, Any]) -> str:
    """A page with the text between its markers replaced by the tables.

    Parameters
    ----------
    page : str
        Markdown with the two markers.
    told : mapping
        ``summary.json`` of the stage.

    Raises
    ------
    InputError
        If the page has not both markers.
    """
    before, start, rest = page.partition(_START)
    _, end, after = rest.partition(_END)
    if not (start and end):
        raise InputError(f"page: markers '{_START}' and '{_END}' not found; both are needed")
    parts = [_skill(told), _errors(told), _law(told), _cutoffs(told)]
    return f"{before}{start}\n\n" + "\n\n".join(parts) + f"\n\n{end}{after}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _pair(values: Sequence[float], digits: int) -> str:
    return f"{values[0]:.{digits}f} .. {values[1]:.{digits}f}"


def _skill(told: Mapping[str, Any]) -> str:
    header = (
        "hidden", "values (groups)", "error / eV", "best baseline", "its error / eV", "skill", "90 % covers",
        "half width / eV",
    )  # fmt: skip
    rows = [
        (
            QUESTIONS[name].removeprefix("hidden "),
            f"{q['n_values']} ({q['n_groups']})",
            f"{q['mae_eV']:.4f} ({_pair(q['mae_interval_eV'], 3)})",
            q["baseline"],
            f"{q['baseline_mae_eV']:.3f}",
            f"{q['skill']:.2f} ({_pair(q['skill_interval'], 2)})",
            f"{100 * q['coverage']['0.9']:.1f} % ({_pair([100 * v for v in q['coverage_90_interval']], 0)})",
            f"{q['median_half_width_eV']:.3f}",
        )
        for name, q in told["questions"].items()
    ]
    floor = told["scatter"]
    return (
        f"{_table(header, rows)}\n\n"
        f"Brackets: 90 % interval over groups. Repeated measurements of one composition scatter by "
        f"{floor['mean_eV']:.3f} eV on average ({floor['n_values']} values, 90 % within "
        f"{floor['quantile_90_eV']:.3f} eV): no model can do better."
    )


def _errors(told: Mapping[str, Any]) -> str:
    questions = told["questions"]
    header = ("mean absolute error / eV", *(QUESTIONS[name] for name in questions))
    rows = [
        (
            name + (" (ships)" if name == told["chosen"] else ""),
            *(f"{q['mae_by_name_eV'][name]:.3f}" for q in questions.values()),
        )
        for name in (*BASELINES, *CANDIDATES)
    ]
    picks = "; ".join(
        f"{QUESTIONS[name]}: " + ", ".join(f"{model} in {n}" for model, n in q["chosen"].items())
        for name, q in questions.items()
    )
    return f"{_table(header, rows)}\n\nChosen inside the folds: {picks}."


def _law(told: Mapping[str, Any]) -> str:
    signed = list(told["coefficients_eV"].items())
    terms = " ".join(f"{value:+.3f} {name.replace('*', '·')}" for name, value in signed[1:])
    return f"The ridge with bowing, in eV and site fractions: **Eg = {signed[0][1]:.3f} {terms}**."


def _cutoffs(told: Mapping[str, Any]) -> str:
    rows = [
        (
            str(row["composition"]),
            f"[{row['doi']}](https://doi.org/{row['doi']})",
            f"{row['red_edge_nm']:.0f}",
            f"{row['cutoff_nm']:.0f} ({row['low_nm']:.0f} .. {row['high_nm']:.0f})",
        )
        for row in told["cutoff"]
    ]
    return (
        f"{_table(('composition', 'spectrum', 'red edge / nm', 'cutoff of the gap / nm'), rows)}\n\n"
        f"Mean distance over the compositions: {told['cutoff_mae_nm']:.0f} nm. No spectrum trains the model."
    )
