"""How well the band gap of something hidden is predicted: the whole choice of a model inside the folds.

Three questions, from easy to hard: a hidden composition, a hidden chemical system (which ions sit on the
three sites), a hidden family (which ions sit on B and X). In each outer fold the candidate is chosen that
errs least when the same question is asked of the training rows, and its interval is calibrated on hidden
systems of these, as the shipped one is. No paper is stated per row, so the system stands in for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from perovdata.chemistry import parse
from perovdata.materials.gap_data import GapTable, duplicate_scatter, training_table
from perovdata.materials.gap_domain import fractions, outside
from perovdata.materials.gap_estimate import bandgap, bandgaps, cutoff_wavelength
from perovdata.materials.gap_models import CANDIDATES, SHIPPED, TERMS, GapModel, MixingLaw
from perovdata.materials.gap_store import LEVEL, conformal_quantile
from perovdata.materials.spectra import measured_spectra, red_edge

Array = npt.NDArray[np.float64]
Folds = npt.NDArray[np.int_]

#: What is hidden: a name for people by the group of the table.
QUESTIONS = {"composition": "hidden composition", "system": "hidden system", "family": "hidden B|X family"}
BASELINES = ("global median", "family median", "nearest composition")
_LEVELS = (0.5, 0.8, LEVEL)
_RESAMPLES = 2000


@dataclass
class Outcome:
    """Predictions of every row by models that never saw its group.

    Parameters
    ----------
    groups : ndarray of str, shape (n,)
        What was hidden together.
    fold : ndarray of int, shape (n,)
        Fold of each row.
    y : ndarray, shape (n,)
        Measured gaps in eV.
    mean, sd : ndarray, shape (n,)
        Prediction of the candidate chosen in the fold, and its standard deviation.
    factor : dict of float to ndarray, shape (n,)
        Half width of the interval over `sd`, by level.
    named : dict of str to ndarray, shape (n,)
        Prediction of every candidate and baseline by itself.
    chosen : list of str
        The candidate chosen in each fold.
    """

    groups: npt.NDArray[np.str_]
    fold: Folds
    y: Array
    mean: Array
    sd: Array
    factor: dict[float, Array]
    named: dict[str, Array]
    chosen: list[str] = field(default_factory=list)


def folds(groups: npt.NDArray[np.str_], n_folds: int, seed: int) -> Folds:
    """Deal whole groups into folds, the largest first, each to the smallest fold; ties by the seed."""
    names, counts = np.unique(groups, return_counts=True)
    shuffled = np.random.default_rng(seed).permutation(len(names))
    sizes, fold_of = np.zeros(min(n_folds, len(names))), {}
    for i in sorted(shuffled, key=lambda i: -counts[i]):
        k = int(sizes.argmin())
        fold_of[names[i]] = k
        sizes[k] += counts[i]
    return np.array([fold_of[g] for g in groups])


def chosen_model(
    table: GapTable, question: str
) -> tuple[str, GapModel, dict[str, GapModel], dict[float, float]]:
    """The candidate that errs least on a table with its groups hidden one by one, fitted to all of it.

    Returns
    -------
    name : str
    model : GapModel
    models : dict of str to GapModel
        All candidates, fitted.
    factors : dict of float to float
        Half width of the interval over the standard deviation, by level, from hidden systems.
    """
    models = {name: c.make().fit(table.X, table.y) for name, c in CANDIDATES.items()}
    groups = getattr(table, question)
    error = {n: np.abs(m.held_out(groups)[0] - table.y).mean() for n, m in models.items()}
    name = min(error, key=lambda n: error[n])
    mean, sd = models[name].held_out(table.system)
    errors = np.abs(mean - table.y) / sd
    return name, models[name], models, {level: conformal_quantile(errors, level) for level in _LEVELS}


def answer(question: str, n_folds: int, seed: int, table: GapTable | None = None) -> Outcome:
    """Predict every row with its group hidden (see :data:`QUESTIONS`).

    Parameters
    ----------
    question : {"composition", "system", "family"}
    n_folds : int
        Number of folds; each family is a fold of its own.
    seed : int
    table : GapTable, optional
        All measured gaps of the domain by default.
    """
    table = table or training_table()
    groups = getattr(table, question)
    fold = folds(groups, len(np.unique(groups)) if question == "family" else n_folds, seed)
    n = len(table.y)
    names = (*BASELINES, *CANDIDATES)
    out = Outcome(
        groups,
        fold,
        table.y,
        np.empty(n),
        np.empty(n),
        {level: np.empty(n) for level in _LEVELS},
        {name: np.empty(n) for name in names},
    )
    for k in range(fold.max() + 1):
        hidden = fold == k
        train, test = table.take(~hidden), table.take(hidden)
        name, model, models, factors = chosen_model(train, question)
        out.chosen.append(name)
        out.mean[hidden], out.sd[hidden] = model.predict(test.X)
        for level in _LEVELS:
            out.factor[level][hidden] = factors[level]
        for baseline, values in _baselines(train, test).items():
            out.named[baseline][hidden] = values
        for candidate, fitted in models.items():
            out.named[candidate][hidden], _ = fitted.predict(test.X)
    return out


def _baselines(train: GapTable, test: GapTable) -> dict[str, Array]:
    """What every model must beat."""
    overall = float(np.median(train.y))
    medians = {f: float(np.median(train.y[train.family == f])) for f in np.unique(train.family)}
    distance = np.abs(test.X[:, None] - train.X[None]).sum(axis=2)
    near = distance <= distance.min(axis=1, keepdims=True) + 1e-9
    return {
        "global median": np.full(len(test.y), overall),
        "family median": np.array([medians.get(f, overall) for f in test.family]),
        "nearest composition": np.array([np.median(train.y[row]) for row in near]),
    }


def summary(outcome: Outcome, seed: int) -> dict[str, object]:
    """Errors, skill and coverage, with 90 % intervals by resampling whole groups.

    Skill is the fall of the mean absolute error against the best of the three baselines, the best being
    picked with the answers known (which favours the baselines).
    """
    mae = {name: float(np.abs(values - outcome.y).mean()) for name, values in outcome.named.items()}
    best = min(BASELINES, key=lambda name: mae[name])
    error = np.abs(outcome.mean - outcome.y)
    rival = np.abs(outcome.named[best] - outcome.y)
    inside = {level: error <= outcome.factor[level] * outcome.sd for level in _LEVELS}
    names, group = np.unique(outcome.groups, return_inverse=True)
    count = np.bincount(group).astype(float)
    sums = np.stack([np.bincount(group, v.astype(float)) for v in (error, rival, inside[LEVEL])])
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=_RESAMPLES)
    e, r, c = (drawn @ column for column in sums)
    size = drawn @ count
    return {
        "n_values": len(outcome.y),
        "n_groups": len(names),
        "mae_eV": float(error.mean()),
        "mae_interval_eV": _ends(e / size),
        "baseline": best,
        "baseline_mae_eV": mae[best],
        "skill": float(1 - error.mean() / rival.mean()),
        "skill_interval": _ends(1 - e / r),
        "coverage": {f"{level:g}": float(inside[level].mean()) for level in _LEVELS},
        "coverage_90_interval": _ends(c / size),
        "median_half_width_eV": float(np.median(outcome.factor[LEVEL] * outcome.sd)),
        "mae_by_name_eV": mae,
        "chosen": {name: outcome.chosen.count(name) for name in dict.fromkeys(outcome.chosen)},
    }


def _ends(values: Array) -> list[float]:
    return [float(v) for v in np.quantile(values, [0.05, 0.95])]


def scatter_floor() -> dict[str, float]:
    """What repeated measurements of one composition leave unexplained, in eV: mean, median and 90 %."""
    scatter = duplicate_scatter()
    return {
        "n_values": len(scatter),
        "mean_eV": float(scatter.mean()),
        "median_eV": float(np.median(scatter)),
        "quantile_90_eV": float(np.quantile(scatter, LEVEL)),
    }


def learning_curve(shares: tuple[float, ...], n_folds: int, seed: int) -> list[dict[str, float]]:
    """Error of the shipped candidate on hidden compositions when a share of the compositions is known."""
    table = training_table()
    fold = folds(table.composition, n_folds, seed)
    rng = np.random.default_rng(seed)
    out = []
    for share in shares:
        errors, sizes = [], []
        for k in range(fold.max() + 1):
            names = np.unique(table.composition[fold != k])
            kept = rng.permutation(names)[: max(2, round(share * len(names)))]
            train = table.take(np.isin(table.composition, kept) & (fold != k))
            test = table.take(fold == k)
            model = CANDIDATES[SHIPPED].make().fit(train.X, train.y)
            errors.append(np.abs(model.predict(test.X)[0] - test.y))
            sizes.append(len(kept))
        out.append(
            {"n_compositions": float(np.mean(sizes)), "mae_eV": float(np.mean(np.concatenate(errors)))}
        )
    return out


#: Series whose bowing is drawn: name by formula of the share x.
SERIES = {
    "MAPb(I,Br)3": lambda x: f"MAPb(I{1 - x:.3f}Br{x:.3f})3",
    "MAPb(Br,Cl)3": lambda x: f"MAPb(Br{1 - x:.3f}Cl{x:.3f})3",
    "FA0.8Cs0.2Pb(I,Br)3": lambda x: f"FA0.8Cs0.2Pb(I{1 - x:.3f}Br{x:.3f})3",
    "MA(Pb,Sn)I3": lambda x: f"MAPb{1 - x:.3f}Sn{x:.3f}I3",
    "FA(Pb,Sn)I3": lambda x: f"FAPb{1 - x:.3f}Sn{x:.3f}I3",
}


def series_curve(name: str, n_points: int = 49) -> list[dict[str, float | str]]:
    """The model along a series, shares 0.01 to 0.99, and the measured gaps that lie on it."""
    shares = np.linspace(0.01, 0.99, n_points)
    rows: list[dict[str, float | str]] = []
    curve = [parse(SERIES[name](x)) for x in shares]
    for x, gap in zip(shares, bandgaps(curve), strict=True):
        if gap.origin == "predicted":
            rows.append(
                {
                    "series": name,
                    "kind": "model",
                    "x": float(x),
                    "gap_eV": gap.value,
                    "low": gap.low,
                    "high": gap.high,
                }
            )
    table = training_table()
    ends = fractions([curve[0], curve[-1]])
    start, end = (ends[0] * 99 - ends[1]) / 98, (ends[1] * 99 - ends[0]) / 98
    along = end - start
    x = (table.X - start) @ along / (along @ along)
    on = np.abs(table.X - start - x[:, None] * along).max(axis=1) < 1e-6
    rows += [
        {
            "series": name,
            "kind": "measured",
            "x": float(a),
            "gap_eV": float(g),
            "low": float(g),
            "high": float(g),
        }
        for a, g in zip(x[on], table.y[on], strict=True)
        if -1e-9 <= a <= 1 + 1e-9
    ]
    return rows


def cutoff_errors() -> list[dict[str, float | str | bool]]:
    """Cutoff wavelength of the gap against the red edge of every measured ABX3 spectrum (not trained on)."""
    rows: list[dict[str, float | str | bool]] = []
    for spectrum in measured_spectra():
        if outside(spectrum.perovskite) is None:
            cutoff, edge = cutoff_wavelength(bandgap(spectrum.perovskite)), red_edge(spectrum)
            rows.append(
                {
                    "composition": spectrum.perovskite.canonical,
                    "doi": spectrum.doi,
                    "red_edge_nm": edge,
                    "cutoff_nm": cutoff.value,
                    "low_nm": cutoff.low,
                    "high_nm": cutoff.high,
                    "inside": cutoff.low <= edge <= cutoff.high,
                }
            )
    return rows


def mean_cutoff_error(rows: list[dict[str, float | str | bool]]) -> float:
    """Mean over compositions of the distance between cutoff and red edge (mean of its spectra), in nm."""
    errors: dict[str, list[float]] = {}
    for row in rows:
        errors.setdefault(str(row["composition"]), []).append(
            float(row["cutoff_nm"]) - float(row["red_edge_nm"])
        )
    return float(np.mean([abs(np.mean(of_one)) for of_one in errors.values()]))


def law_coefficients() -> dict[str, float]:
    """Coefficients in eV of the ridge with bowing, fitted to all rows: the law that people can read."""
    table = training_table()
    model = MixingLaw(TERMS, remainder=False).fit(table.X, table.y)
    return model.coefficients()
