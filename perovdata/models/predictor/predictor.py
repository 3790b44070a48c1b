"""The fitted predictor: marginals, copula, applicability and nearest devices in one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np
from scipy.special import ndtr, ndtri

from perovdata.checks import check_counts, check_level, check_seed
from perovdata.chemistry import Perovskite
from perovdata.dataset import METRICS, Metric, SynapseDesign
from perovdata.errors import InputError, unknown_choice
from perovdata.features import FEATURE_GROUPS, Columns, design_columns, read_composition
from perovdata.materials import optical_properties
from perovdata.models.estimators.distance import DesignDistance, nearest_mean, shared_properties
from perovdata.models.predictor.copula import Copula
from perovdata.models.predictor.metric_model import MetricModel
from perovdata.models.predictor.prediction import KINDS, MetricPrediction, Prediction
from perovdata.models.targets import from_scale, to_scale

_N_NEAREST = 5

#: Distances to the reported designs, shape (n, m), difficulty, shape (n,), and the designs' columns.
_Near: TypeAlias = tuple[np.ndarray, np.ndarray, Columns]


@dataclass
class Predictor:
    """Fitted models of all metrics.

    Use :meth:`predict` for medians and intervals, :meth:`sample` for joint draws.

    Attributes
    ----------
    models : dict of str to MetricModel
        Metrics with enough papers.
    copula : Copula
        Over the same metrics.
    distance : DesignDistance
        To all designs of the corpus.
    reference : list of dict
        Those designs: device_id, paper_id, doi, url and the design columns; None where not stated.
    difficulty : ndarray
        Distance of every reported design to the rest, own paper left out.
    summary : dict of str to dict
        Per metric: kind, baseline, skill, n_papers, reported_range, demonstrated.
    metadata : dict
        Versions, seeds, settings.
    """

    models: dict[str, MetricModel]
    copula: Copula
    distance: DesignDistance
    reference: list[dict[str, Any]]
    difficulty: np.ndarray
    summary: dict[str, dict[str, Any]]
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def threshold(self) -> float:
        """Distance beyond which a design counts as extrapolation: 95 % of the reported ones lie nearer."""
        return float(np.quantile(self.difficulty, 0.95))

    @cached_property
    def _groups(self) -> tuple[str, ...]:
        """Feature groups that the estimators read; rules and distances do with categories and sites."""
        fitted = [one for model in self.models.values() for one in (model.final, *model.models)]
        return FEATURE_GROUPS if any(map(_reads_features, fitted)) else ()

    @property
    def kinds(self) -> dict[str, str]:
        """What stands behind each metric: model, baseline, population or reported range."""
        return {name: row["kind"] for name, row in self.summary.items()}

    def predict(
        self,
        designs: SynapseDesign | Sequence[SynapseDesign],
        *,
        known: Mapping[str, float] | Sequence[Mapping[str, float]] | None = None,
        metrics: Sequence[str] | None = None,
        level: float = 0.9,
        seed: int = 0,
    ) -> list[Prediction]:
        """Medians and intervals.

        Parameters
        ----------
        designs : SynapseDesign or sequence of them
        known : mapping or sequence of mappings, optional
            Measured metrics in their units, for all designs or one mapping per design.
        metrics : sequence of str, optional
            Metrics to predict; all by default.
        level : float
            Level of the intervals, from 0.5 to 0.99.
        seed : int
            Kept in the result; medians and intervals are computed, not drawn.

        Returns
        -------
        list of Prediction

        Raises
        ------
        InputError
            For an unknown metric, a level or a measured value out of range, or an unreadable design.
        """
        designs = [designs] if isinstance(designs, SynapseDesign) else list(designs)
        check_seed(seed)
        wanted = self._wanted(metrics)
        known = self._known(known, len(designs))
        frame = self._near(designs)
        near, scores, _ = frame
        quantiles = self._quantiles(frame, designs, known, wanted, level)
        properties = optical_properties([_composition(design) for design in designs])
        sharpen = {given: self._sharpen(wanted, given) for _, given in _patterns(known)}
        return [
            Prediction(
                design=design.as_row(),
                predictions={name: self._one(name, quantiles, i, known[i], level) for name in wanted},
                applicability=self._applicability(scores[i]),
                nearest=self._nearest(design, near[i]),
                sharpen=sharpen[tuple(sorted(known[i]))],
                seed=seed,
                versions=self.metadata.get("versions", {}),
                properties=properties[i],
            )
            for i, design in enumerate(designs)
        ]

    def quantiles(
        self,
        designs: Sequence[SynapseDesign],
        *,
        known: Sequence[Mapping[str, float]],
        metrics: Sequence[str] | None = None,
        level: float = 0.9,
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Medians and intervals of many designs as arrays: what :meth:`predict` says, without the rest.

        Parameters
        ----------
        designs, known, metrics, level
            As in :meth:`predict`.

        Returns
        -------
        values : dict of str to ndarray, shape (n_designs, 4)
            Low, median, high and the bound that is exceeded at `level`, in the metric's unit; NaN where the
            metric is known. Metrics without a distribution are absent.
        extrapolating : ndarray of bool, shape (n_designs,)
        """
        wanted, given = self._wanted(metrics), self._known(known, len(designs))
        if not designs:
            return {}, np.empty(0, dtype=bool)
        frame = self._near(designs)
        return self._quantiles(frame, designs, given, wanted, level), frame[1] > self.threshold

    def told(self, name: str, measured: bool, level: float) -> MetricPrediction:
        """What is said of a metric whatever the design: unit, kind, model, skill, papers."""
        row = np.full((1, 4), np.nan)
        return self._one(
            name, {name: row} if name in self.models else {}, 0, {name: 0.0} if measured else {}, level
        )

    def _wanted(self, metrics: Sequence[str] | None) -> list[str]:
        wanted = list(self.summary) if metrics is None else list(metrics)
        for name in wanted:
            if name not in self.summary:
                raise unknown_choice("metric", name, self.summary)
        return wanted

    def _quantiles(
        self,
        frame: _Near,
        designs: Sequence[SynapseDesign],
        known: Sequence[Mapping[str, float]],
        wanted: list[str],
        level: float,
    ) -> dict[str, np.ndarray]:
        check_level(level)
        tail = (1 - level) / 2
        u = np.array([tail, 0.5, 1 - tail, 1 - level])
        quantiles: dict[str, np.ndarray] = {}
        for rows, given in _patterns(known):
            mean, covariance, points = self._conditional(frame, designs, known, rows, given)
            for name in wanted:
                if name in points and name not in given:
                    i = self.copula.names.index(name)
                    z = mean[:, i : i + 1] + np.sqrt(covariance[i, i]) * ndtri(u)
                    values = self.models[name].quantiles(points[name], np.clip(ndtr(z), 1e-6, 1 - 1e-6))
                    store = quantiles.setdefault(name, np.full((len(designs), len(u)), np.nan))
                    store[rows] = _natural(METRICS[name], values)
        return quantiles

    def sample(
        self,
        designs: SynapseDesign | Sequence[SynapseDesign],
        *,
        known: Mapping[str, float] | Sequence[Mapping[str, float]] | None = None,
        n_draws: int = 200,
        seed: int = 0,
    ) -> dict[str, np.ndarray]:
        """Joint draws of all metrics that have a distribution, in natural units.

        Parameters
        ----------
        designs, known
            As in :meth:`predict`.
        n_draws : int
        seed : int
            Same seed, same draws; all designs share the underlying normal draws (common random numbers).

        Returns
        -------
        dict of str to ndarray, shape (n_designs, n_draws)
            A known metric keeps its value in every draw.
        """
        designs = [designs] if isinstance(designs, SynapseDesign) else list(designs)
        check_counts(draws=n_draws)
        check_seed(seed)
        known = self._known(known, len(designs))
        out = {name: np.empty((len(designs), n_draws)) for name in self.models}
        frame = self._near(designs)
        for rows, given in _patterns(known):
            _, _, points = self._conditional(frame, designs, known, rows, given)
            scores = self._scores(points, known, rows, given)
            z = self.copula.draw(scores, len(rows), n_draws, seed)
            for i, name in enumerate(self.copula.names):
                u = np.clip(ndtr(z[:, :, i]), 1e-6, 1 - 1e-6)
                out[name][rows] = _natural(METRICS[name], self.models[name].quantiles(points[name], u))
        for i, mapping in enumerate(known):
            for name, value in mapping.items():
                out.setdefault(name, np.full((len(designs), n_draws), np.nan))[i] = value
        return out

    @staticmethod
    def unreadable(designs: Sequence[SynapseDesign]) -> list[str | None]:
        """Why each design cannot be turned into features; None where it can."""
        return [_reason(design.composition, design.n_layers) for design in designs]

    def _known(
        self, known: Mapping[str, float] | Sequence[Mapping[str, float]] | None, n: int
    ) -> list[dict[str, float]]:
        rows = (
            [dict(known or {})] * n
            if known is None or isinstance(known, Mapping)
            else [dict(k) for k in known]
        )
        if len(rows) != n:
            raise InputError(f"known: {len(rows)} mappings for {n} designs")
        for row in rows:
            for name, value in row.items():
                if name not in METRICS:
                    raise unknown_choice("known metric", name, METRICS)
                metric = METRICS[name]
                if not (np.isfinite(value) and (value > 0 or metric.scale == "linear")):
                    raise InputError(f"known {name}: {value} is not a positive number in {metric.unit}")
        return rows

    def _near(self, designs: Sequence[SynapseDesign]) -> _Near:
        """How far the designs lie from the reported ones."""
        X = design_columns(designs, self._groups)
        distance = self.distance(X)
        return distance, nearest_mean(distance), X

    def _conditional(
        self,
        frame: _Near,
        designs: Sequence[SynapseDesign],
        known: Sequence[Mapping[str, float]],
        rows: np.ndarray,
        given: Sequence[str],
    ) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        distance, _, X = frame
        points = {name: m.points(X.take(rows), distance[rows]) for name, m in self.models.items()}
        mean, covariance = self.copula.given(self._scores(points, known, rows, given))
        return np.broadcast_to(mean, (len(rows), mean.shape[1])), covariance, points

    def _scores(
        self,
        points: Mapping[str, np.ndarray],
        known: Sequence[Mapping[str, float]],
        rows: np.ndarray,
        given: Sequence[str],
    ) -> dict[str, np.ndarray]:
        """Normal scores of the measured metrics that have a distribution."""
        scores = {}
        for name in given:
            if name in points:
                value = to_scale(METRICS[name], np.array([known[i][name] for i in rows]))
                u = self.models[name].probability(points[name], value)
                scores[name] = ndtri(np.clip(u, 1e-4, 1 - 1e-4))
        return scores

    def _one(
        self, name: str, quantiles: Mapping[str, np.ndarray], i: int, known: Mapping[str, float], level: float
    ) -> MetricPrediction:
        row = self.summary[name]
        metric = METRICS[name]
        common = {
            "unit": metric.unit,
            "level": level,
            "baseline": row["baseline"],
            "n_papers": row["n_papers"],
            "reported_range": tuple(_rounded(v) for v in row["reported_range"]),
        }
        if name in known:
            value = float(known[name])
            note = (
                ""
                if name in self.models
                else "given, but too few papers state it to let it sharpen the others"
            )
            return MetricPrediction(
                median=value,
                interval=(value, value),
                kind="known",
                model=None,
                skill=None,
                note=note,
                **common,
            )
        if name not in quantiles:
            return MetricPrediction(
                median=None,
                interval=None,
                kind=row["kind"],
                model=None,
                skill=None,
                note=KINDS[row["kind"]],
                **common,
            )
        low, median, high, at_least = (_rounded(v) for v in quantiles[name][i])
        return MetricPrediction(
            median=median,
            interval=(low, high),
            kind=row["kind"],
            model=self.models[name].name,
            skill=row["skill"],
            skill_over_median=row["skill_over_median"],
            at_least=at_least if row["demonstrated"] else None,
            beyond_reported=bool(low < row["reported_range"][0] or high > row["reported_range"][1]),
            note=KINDS[row["kind"]]
            + ("; papers show how far they went: a lower bound" if row["demonstrated"] else ""),
            **common,
        )

    def _applicability(self, distance: float) -> dict[str, Any]:
        return {
            "score": float((self.difficulty >= distance).mean()),
            "distance": float(distance),
            "threshold": self.threshold,
            "extrapolating": bool(distance > self.threshold),
        }

    def _nearest(self, design: SynapseDesign, distance: np.ndarray) -> list[dict[str, Any]]:
        order = np.argsort(distance, kind="stable")[:_N_NEAREST]
        out = []
        for j in order:
            row = self.reference[j]
            out.append(
                {
                    "device_id": row["device_id"],
                    "composition": row["composition"] or None,
                    "doi": row["doi"] or None,
                    "url": row["url"] or None,
                    "distance": float(distance[j]),
                    "shared": shared_properties(design.as_row(), row),
                }
            )
        return out

    def _sharpen(self, wanted: Sequence[str], given: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Which other metric, if measured, narrows each interval most."""
        known = {name: np.zeros(1) for name in given if name in self.models}
        out = {}
        for name in wanted:
            if name not in self.models or name in given:
                continue
            gains: list[dict[str, Any]] = [
                {"metric": other, "narrowing": self.copula.reduction(name, other, known)}
                for other in self.models
                if other != name and other not in given
            ]
            gains = sorted((g for g in gains if g["narrowing"] >= 0.01), key=lambda g: -g["narrowing"])
            out[name] = gains[:3]
        return out


def _reads_features(estimator: Any) -> bool:
    """Whether an estimator, or one that it averages, was fitted on the numeric features."""
    return hasattr(estimator, "columns_") or any(map(_reads_features, getattr(estimator, "models", ())))


def _natural(metric: Metric, values: np.ndarray) -> np.ndarray:
    """In the metric's unit, within what the tables accept: no memory has less than two states."""
    return np.clip(from_scale(metric, values), metric.low, metric.high)


def _rounded(value: float) -> float:
    """Six digits: more would only show the order in which a machine adds."""
    return float(f"{value:.6g}")


def _composition(design: SynapseDesign) -> Perovskite | None:
    """The parsed formula; None where it leaves amounts open."""
    layers = design.n_layers
    return read_composition(design.composition, int(layers) if layers and layers.is_integer() else None)


@lru_cache(maxsize=4096)
def _reason(composition: str, n_layers: float | None) -> str | None:
    try:
        read_composition(composition, int(n_layers) if n_layers and n_layers.is_integer() else None)
    except InputError as error:
        return str(error)
    return None


def _patterns(known: Sequence[Mapping[str, float]]) -> list[tuple[np.ndarray, tuple[str, ...]]]:
    """Rows that give the same metrics, with those metrics."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(known):
        groups.setdefault(tuple(sorted(row)), []).append(i)
    return [(np.array(rows), given) for given, rows in groups.items()]
