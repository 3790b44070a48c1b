"""The verdict on a simulation: what is known, what decides the spread, what to measure next.

The spread of accuracy over the draws is what is not known of the device. If one quantity were measured, the
part of the spread that follows it would go: accuracy is regressed on the ranks of each quantity over the
draws, and what remains is the interval to expect after the measurement. A permutation test says whether the
draws are enough to tell at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from perovdata.routing import EFFECTS

#: Half width (points) from which on a design counts as decided.
DECIDED = 5.0
_FEWEST_DRAWS = 8
#: A parameter that matters shows over so many draws.
_ENOUGH_DRAWS = 64
_PERMUTATIONS = 400
_SIGNIFICANT = 0.05
#: A measurement that leaves more than this share of the half width is not worth naming as the answer.
_NARROWS = 0.9
_HIGHEST_DEGREE = 5
_DRAWS_PER_TERM = 3

#: What one measures, where the name of the effect does not say it.
_MEASUREMENT = {
    "window (on/off)": "the conductance window of a pulse train (on/off)",
    "number of pulses": "the number of pulses of a train",
    "nonlinearity": "the LTP/LTD nonlinearity",
    "cycle-to-cycle variation": "the cycle-to-cycle variation",
    "device-to-device variation": "the device-to-device variation",
    "short-term memory": "the short-term memory (PPF index and its decay)",
    "retention": "the retention",
    "read noise": "the read noise",
    "spectral window": "the band gap",
}
# Fields that one measures together with the effect that they belong to.
_TOGETHER = {
    "ppf_tau_1": "short-term memory",
    "ppf_tau_2": "short-term memory",
    "persistent_tau": "short-term memory",
    "retention_beta": "retention",
    "retention_floor": "retention",
    "d2d_correlation": "device-to-device variation",
}


@dataclass(frozen=True)
class Verdict:
    """What a result decides, in one sentence and in numbers.

    Attributes
    ----------
    text : str
    measure_next : str or None
        The quantity whose measurement narrows the interval most; None where the result is decided, or where
        the draws are too few to tell.
    expected_half_width : float or None
        Points; of the interval to expect once it is measured.
    half_width : float
        Points; as it stands.
    known : list of str
        Quantities that the task reads and the device states.
    held : list of str
        Quantities that nobody states and that were assumed at one value: their spread is not in the result.
    ranking : list of dict
        ``quantity, explained`` (share of the variance, tested on left-out draws) and
        ``expected_half_width``, the most telling first.
    """

    text: str
    measure_next: str | None
    expected_half_width: float | None
    half_width: float
    known: list[str]
    held: list[str]
    ranking: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def judge(
    accuracy: np.ndarray,
    columns: Mapping[str, np.ndarray],
    table: Mapping[str, Mapping[str, Any]],
    uses: Sequence[str],
    *,
    level: float = 0.9,
) -> Verdict:
    """Say what a simulation decides.

    Parameters
    ----------
    accuracy : ndarray, shape (draws, seeds)
        Percent.
    columns : mapping of field to ndarray of shape (draws,)
        Parameters of the draws.
    table : mapping of field to mapping
        Of :class:`~perovdata.studies.Source`: the ``origin`` of each parameter.
    uses : sequence of str
        Fields that decide the score of the task.
    level : float
        Of the interval.

    Returns
    -------
    Verdict
    """
    read = _quantities([name for name in uses if name in table])
    known = [q for q, names in read.items() if all(table[n]["origin"] == "measured" for n in names)]
    features = {q: _features(names, columns) for q, names in read.items()}
    varied = {q: _smoothers(f) for q, f in features.items() if f.size}
    held = [q for q, names in read.items() if not features[q].size and _origins(names, table) == {"assumed"}]
    half = _half_width(accuracy, level)
    start = _opening(accuracy, half, level)
    footing = _footing(known, held)
    if accuracy.size == 1 or not varied:
        why = "the device states one set of parameters, without uncertainty, so nothing is left to narrow"
        if half > DECIDED:
            why = "the device states one set of parameters: the spread is one of training runs (seeds)"
        return Verdict(f"{start} {footing} {why}.", None, None, half, known, held, [])
    if half <= DECIDED:
        return Verdict(f"{start} {footing} what is open hardly matters.", None, None, half, known, held, [])
    if len(accuracy) < _FEWEST_DRAWS:
        return Verdict(f"{start} {footing} {_too_few(accuracy)}.", None, None, half, known, held, [])
    chance = _half_width(accuracy - accuracy.mean(axis=1, keepdims=True), level)
    if chance > _NARROWS * half:
        why = "the spread is one of training runs (seeds): no measurement narrows it"
        return Verdict(f"{start} {footing} {why}.", None, None, half, known, held, [])

    ranking = _ranking(accuracy, varied, level)
    best = ranking[0]
    if not _is_significant(accuracy.mean(axis=1), varied):
        why = _too_few(accuracy) if len(accuracy) < _ENOUGH_DRAWS else _chance(accuracy)
        return Verdict(f"{start} {footing} {why}.", None, None, half, known, held, ranking)
    first, width = best["quantity"], best["expected_half_width"]
    again = " more closely" if first in known else ""
    told = f"measuring {_named(first)}{again} would narrow it to about ±{width:.0f} points"
    if width > _NARROWS * half:
        told = f"no single measurement narrows it much; {told}"
    then = _then(accuracy, first, varied, features, level)
    text = f"{start} {footing} {told}{then}."
    return Verdict(text, first, width, half, known, held, ranking)


def _quantities(names: Sequence[str]) -> dict[str, list[str]]:
    """Fields by the quantity that one measures."""
    effect_of = {name: effect for effect, fields in EFFECTS.items() for name in fields} | _TOGETHER
    found: dict[str, list[str]] = {}
    for name in names:
        if name != "g_max":  # sets the scale of currents; the window is the ratio to it
            found.setdefault(effect_of.get(name, name.replace("_", " ")), []).append(name)
    return found


def _origins(names: Sequence[str], table: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {table[name]["origin"] for name in names}


def _features(names: Sequence[str], columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Ranks of the fields that vary over the draws, in -1..1, shape (draws, fields that vary)."""
    ranks = []
    for name in names:
        values = np.asarray(columns[name], float)
        if name == "g_min":
            values = values / np.asarray(columns["g_max"], float)
        # Ties share their mean rank; scipy.stats.rankdata gives the same and takes half a second to import.
        distinct, at, count = np.unique(values, return_inverse=True, return_counts=True)
        if distinct.size > 1:
            mean_rank = (np.cumsum(count) - (count - 1) / 2)[at]
            ranks.append(2 * (mean_rank - 0.5) / len(values) - 1)
    return np.stack(ranks, axis=1) if ranks else np.empty((0, 0))


def _smoothers(features: np.ndarray) -> list[np.ndarray]:
    """Hat matrices of polynomials in the ranks, of the degrees that so many draws bear."""
    n, k = features.shape
    highest = min(_HIGHEST_DEGREE, (n // _DRAWS_PER_TERM - 1) // k)
    return [_hat(features, degree) for degree in range(1, max(highest, 1) + 1)]


def _hat(features: np.ndarray, degree: int) -> np.ndarray:
    powers = [features**power for power in range(1, degree + 1)]
    basis = np.concatenate([np.ones((len(features), 1)), *powers], axis=1)
    directions, sizes, _ = np.linalg.svd(basis, full_matrices=False)
    kept = directions[:, sizes > 1e-9 * sizes[0]]
    return kept @ kept.T


def _best(values: np.ndarray, hats: Sequence[np.ndarray]) -> np.ndarray:
    """The smoother that predicts left-out draws best."""
    return max(hats, key=lambda hat: float(_explained(values, hat)))


def _left_out(values: np.ndarray, hat: np.ndarray) -> np.ndarray:
    """Errors of predicting each draw from the others; values of shape (draws, ...)."""
    own = np.minimum(np.diag(hat), 1 - 1e-9)
    return (values - hat @ values) / (1 - own).reshape(-1, *(1,) * (values.ndim - 1))


def _explained(values: np.ndarray, hat: np.ndarray) -> np.ndarray:
    """Share of the variance explained on left-out draws."""
    mean_only = np.full_like(hat, 1 / len(hat))
    total = (_left_out(values, mean_only) ** 2).sum(axis=0)
    return 1 - (_left_out(values, hat) ** 2).sum(axis=0) / np.where(total > 0, total, 1.0)


def _half_width(values: np.ndarray, level: float) -> float:
    low, high = np.quantile(values, (0.5 - level / 2, 0.5 + level / 2))
    return float(high - low) / 2


def _remaining(accuracy: np.ndarray, hat: np.ndarray) -> np.ndarray:
    """What is left of the spread if the quantities of the smoother are known, shape of accuracy."""
    mean = accuracy.mean(axis=1, keepdims=True)
    freedom = len(hat) - np.trace(hat)
    inflated = (mean - hat @ mean) * np.sqrt(len(hat) / max(freedom, 1.0))
    return inflated + (accuracy - mean)


def _ranking(
    accuracy: np.ndarray, varied: Mapping[str, list[np.ndarray]], level: float
) -> list[dict[str, Any]]:
    mean = accuracy.mean(axis=1)
    rows: list[dict[str, Any]] = []
    for quantity, hats in varied.items():
        hat = _best(mean, hats)
        rows.append(
            {
                "quantity": quantity,
                "explained": max(float(_explained(mean, hat)), 0.0),
                "expected_half_width": _half_width(_remaining(accuracy, hat), level),
            }
        )
    return sorted(rows, key=lambda row: -row["explained"])


def _is_significant(values: np.ndarray, varied: Mapping[str, list[np.ndarray]]) -> bool:
    """Whether the best quantity explains more than the best one does of shuffled values."""
    rng = np.random.default_rng(0)
    shuffled = rng.permuted(np.tile(values[:, None], (1, _PERMUTATIONS)), axis=0)
    hats = [hat for of_one in varied.values() for hat in of_one]
    best = max(float(_explained(values, hat)) for hat in hats)
    by_chance = np.max([_explained(shuffled, hat) for hat in hats], axis=0)
    return (1 + (by_chance >= best).sum()) / (1 + _PERMUTATIONS) <= _SIGNIFICANT


def _then(
    accuracy: np.ndarray,
    first: str,
    varied: Mapping[str, list[np.ndarray]],
    features: Mapping[str, np.ndarray],
    level: float,
) -> str:
    """What to measure after that, if the draws tell."""
    left = _remaining(accuracy, _best(accuracy.mean(axis=1), varied[first]))
    others = {quantity: hats for quantity, hats in varied.items() if quantity != first}
    if not others or _half_width(left, level) <= DECIDED:
        return ""
    if not _is_significant(left.mean(axis=1), others):
        return ""
    second = _ranking(left, others, level)[0]["quantity"]
    both = _smoothers(np.concatenate([features[first], features[second]], axis=1))
    width = _half_width(_remaining(accuracy, _best(accuracy.mean(axis=1), both)), level)
    return f"; then {_named(second)} (±{width:.0f})"


def _opening(accuracy: np.ndarray, half: float, level: float) -> str:
    if accuracy.size == 1:
        return f"One run: {accuracy.item():.0f} %;"
    low, high = np.quantile(accuracy, (0.5 - level / 2, 0.5 + level / 2))
    word = "Decided" if half <= DECIDED else "Undecided"
    return f"{word}: {low:.0f} to {high:.0f} % ({level:.0%});"


def _footing(known: Sequence[str], held: Sequence[str]) -> str:
    stated = f"measured: {', '.join(known)}" if known else "nothing that the task reads is measured"
    assumed = f", assumed at one value: {', '.join(held)}" if held else ""
    return f"{stated}{assumed};"


def _too_few(accuracy: np.ndarray) -> str:
    return (
        f"{len(accuracy)} draws are too few to tell what decides; ask for more "
        f"(argument draws, e.g. {_ENOUGH_DRAWS})"
    )


def _chance(accuracy: np.ndarray) -> str:
    return (
        f"over {len(accuracy)} draws the accuracy follows none of the uncertain parameters: the spread is "
        "one of training runs and devices, which no measurement of them narrows"
    )


def _named(quantity: str) -> str:
    return _MEASUREMENT.get(quantity, f"the {quantity}")
