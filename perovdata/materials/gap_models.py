"""Candidates that predict the gap of ABX3 from its site fractions, each with a standard deviation.

All but one are one model with different parts left out: a linear law in mixing terms plus a smooth
remainder, a Gaussian process (Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, chapters
2.7 and 5.4) whose few settings are taken from a grid by marginal likelihood. Fitting takes a fraction of a
second, so no fitted model travels with the package: it is fitted from the tables where it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_LINEAR = ("Cs", "FA", "Sn", "Br", "Cl")
# Bowing of the sites and the cross terms; products with Cl are left out: some 35 rows cannot tell them apart.
_BOWING = ("Pb*Sn", "I*Br", "Cs*Br", "FA*Br", "Cs*Sn", "FA*Sn", "Sn*Br")
#: Terms of the law besides the constant (the gap of MAPbI3): fractions, then their products.
TERMS: tuple[str, ...] = (*_LINEAR, *_BOWING)

_COEFFICIENT_PRIOR = 100.0  # variance of a coefficient over that of the noise: a sd of about 0.4 eV
_HEIGHTS = (0.1, 1.0, 3.0, 10.0, 30.0)  # variance of the remainder over that of the noise
_LENGTHS = (0.2, 0.4, 0.8, 1.6)  # in site fractions
_NONE = ((0.0, 1.0),)  # the setting without a remainder
_FOLDS = 5


class GapModel(Protocol):
    """What a candidate can do."""

    def fit(self, X: Array, y: Array) -> GapModel:
        """Learn from fractions, shape (n, 5), and gaps in eV, shape (n,)."""
        ...

    def predict(self, X: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of a new measurement in eV, shape (n,) each."""
        ...

    def held_out(self, groups: npt.NDArray[np.str_]) -> tuple[Array, Array]:
        """Mean and standard deviation for every training row from the rows of the other groups."""
        ...


def mixing_terms(X: Array, names: tuple[str, ...] = TERMS) -> Array:
    """The terms of the law, shape (n, len(names))."""
    cs, fa, sn, br, cl = np.asarray(X, dtype=float).T
    ions = {"Cs": cs, "FA": fa, "Sn": sn, "Br": br, "Cl": cl, "Pb": 1 - sn, "I": 1 - br - cl}
    columns = [np.prod([ions[ion] for ion in name.split("*")], axis=0) for name in names]
    return np.array(columns).reshape(len(names), len(cs)).T


class MixingLaw:
    """Linear law in mixing terms, with a prior on its coefficients, plus a smooth remainder.

    Covariance of two gaps over the noise variance: ``c (1 + phi . phi') + h exp(-d^2 / 2 l^2)``, with phi the
    centred terms, d the distance of the site fractions (all eight, so that no ion is special).

    Parameters
    ----------
    terms : tuple of str
        Terms of the law.
    remainder : bool
        Whether the smooth remainder is there; without it this is ridge regression.
    """

    def __init__(self, terms: tuple[str, ...], remainder: bool) -> None:
        self.terms = terms
        self.settings = tuple((h, length) for h in _HEIGHTS for length in _LENGTHS) if remainder else _NONE

    def fit(self, X: Array, y: Array) -> MixingLaw:
        """Learn from fractions, shape (n, 5), and gaps in eV, shape (n,)."""
        self._X, phi = np.asarray(X, dtype=float), mixing_terms(X, self.terms)
        self._centre, self._offset = phi.mean(axis=0), float(np.mean(y))
        self._phi, self._rest = phi - self._centre, np.asarray(y, dtype=float) - self._offset
        best = -np.inf
        noisy, distance = self._linear(self._phi) + np.eye(len(phi)), self._distance(self._X)
        smooth = {length: np.exp(-0.5 * distance / length**2) for _, length in self.settings}
        for height, length in self.settings:
            factor = np.linalg.cholesky(noisy + height * smooth[length])
            weights = _solve(factor, self._rest)
            variance = float(self._rest @ weights) / len(phi)
            likelihood = -0.5 * len(phi) * np.log(variance) - np.log(np.diag(factor)).sum()
            if likelihood > best:
                best, self.height, self.length = likelihood, height, length
                self._factor, self._weights, self.noise = factor, weights, float(np.sqrt(variance))
        return self

    def predict(self, X: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of a new measurement in eV, shape (n,) each."""
        from scipy.linalg import solve_triangular

        phi = mixing_terms(X, self.terms) - self._centre
        shared = self._covariance(X, phi, self.height, self.length)
        mean = self._offset + shared @ self._weights
        prior = _COEFFICIENT_PRIOR * (1 + (phi**2).sum(axis=1)) + self.height
        told = (solve_triangular(self._factor, shared.T, lower=True) ** 2).sum(axis=0)
        return mean, self.noise * np.sqrt(1 + np.maximum(prior - told, 0))

    def held_out(self, groups: npt.NDArray[np.str_]) -> tuple[Array, Array]:
        """Mean and standard deviation for every training row from the rows of the other groups.

        In closed form, the settings kept: leaving a block out of a Gaussian process needs only the block of
        the inverse covariance (Rasmussen and Williams 2006, section 5.4.2, for blocks instead of rows).
        """
        inverse = _solve(self._factor, np.eye(len(self._rest)))
        mean, sd = np.empty(len(self._rest)), np.empty(len(self._rest))
        for group in np.unique(groups):
            rows = groups == group
            block = np.linalg.inv(inverse[np.ix_(rows, rows)])
            mean[rows] = self._offset + self._rest[rows] - block @ self._weights[rows]
            sd[rows] = self.noise * np.sqrt(np.diag(block))
        return mean, sd

    def coefficients(self) -> dict[str, float]:
        """Coefficients of the law in eV, ``constant`` first; only without the remainder they tell all."""
        slopes = _COEFFICIENT_PRIOR * self._phi.T @ self._weights
        constant = self._offset + _COEFFICIENT_PRIOR * self._weights.sum() - self._centre @ slopes
        return {"constant": float(constant), **dict(zip(self.terms, slopes.tolist(), strict=True))}

    def _covariance(self, X: Array, phi: Array, height: float, length: float) -> Array:
        return self._linear(phi) + height * np.exp(-0.5 * self._distance(X) / length**2)

    def _linear(self, phi: Array) -> Array:
        return _COEFFICIENT_PRIOR * (1 + phi @ self._phi.T)

    def _distance(self, X: Array) -> Array:
        """Squared distance to the training rows."""
        a, b = _all_fractions(X), _all_fractions(self._X)
        return np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T, 0)


def _all_fractions(X: Array) -> Array:
    cs, fa, sn, br, cl = np.asarray(X, dtype=float).T
    return np.stack([cs, fa, 1 - cs - fa, sn, 1 - sn, br, cl, 1 - br - cl], axis=1)


def _solve(factor: npt.ArrayLike, right: npt.ArrayLike) -> Array:
    from scipy.linalg import cho_solve

    return cho_solve((factor, True), right)


class Boosting:
    """XGBoost on the site fractions; the same standard deviation everywhere.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, X: Array, y: Array) -> Boosting:
        """Learn from fractions, shape (n, 5), and gaps in eV, shape (n,)."""
        self._X, self._y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
        self._model = self._new().fit(self._X, self._y)
        self._sd = float(np.std(self._y - self._model.predict(self._X)))
        return self

    def predict(self, X: Array) -> tuple[Array, Array]:
        """Mean and standard deviation in eV, shape (n,) each."""
        return self._model.predict(X).astype(float), np.full(len(X), self._sd)

    def held_out(self, groups: npt.NDArray[np.str_]) -> tuple[Array, Array]:
        """Mean and standard deviation for every training row from the rows of the other groups, by folds."""
        names = np.unique(groups)
        folds = dict(zip(np.random.default_rng(self.seed).permutation(names), range(len(names)), strict=True))
        fold = np.array([folds[g] % _FOLDS for g in groups])
        mean = np.empty(len(self._y))
        for k in range(_FOLDS):
            out = fold == k
            mean[out] = self._new().fit(self._X[~out], self._y[~out]).predict(self._X[out])
        return mean, np.full(len(self._y), self._sd)

    def _new(self) -> Any:
        import xgboost

        return xgboost.XGBRegressor(
            n_estimators=200,
            max_depth=3,
            learning_rate=0.05,
            subsample=0.8,
            n_jobs=1,
            random_state=self.seed,
        )


@dataclass(frozen=True)
class Candidate:
    """One entry of the registry: a name for people and how to make it."""

    name: str
    make: Callable[[], GapModel]


_ALL = (
    Candidate("Vegard (linear)", lambda: MixingLaw(_LINEAR, remainder=False)),
    Candidate("ridge with bowing", lambda: MixingLaw(TERMS, remainder=False)),
    Candidate("Gaussian process", lambda: MixingLaw((), remainder=True)),
    Candidate("bowing + Gaussian process", lambda: MixingLaw(TERMS, remainder=True)),
    Candidate("XGBoost", Boosting),
)
CANDIDATES: dict[str, Candidate] = {c.name: c for c in _ALL}

#: What the evaluation chose on all rows (metric ``bandgap.chosen`` of the pipeline).
SHIPPED = "bowing + Gaussian process"
