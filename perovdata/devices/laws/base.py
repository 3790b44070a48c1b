"""What an update law is.

A law says what one pulse does to the normalised conductance g = (G - g_min) / (g_max - g_min). The engine of
the arrays needs nothing else: it tabulates the outcomes of one pulse, composes them to 2, 4, 8 ... pulses and
looks up. A subclass of :class:`Law` made outside this package works as the built-in ones do: attach an
instance to parameter sets (``params.with_law(MyLaw())``), or name the class in the entry-point group
``perovdata.laws`` so that device files may call it by its name.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from statistics import NormalDist
from typing import Any, ClassVar

import numpy as np

#: Equally likely outcomes that stand for the distribution of one transition.
ATOMS = 64

#: Name and sign of the two directions, in the order of every pair in this package.
DIRECTIONS = (("ltp", 1), ("ltd", -1))


class Law(ABC):
    """Base of the update laws.

    A law is immutable and hashable. Its name is the word that stands after ``law:`` in a device file.
    """

    name: ClassVar[str]
    #: Whether the outcomes depend on the pulses of a sweep and the cycle noise of the parameter set.
    uses_parameters: ClassVar[bool] = True

    @abstractmethod
    def change(self, g: np.ndarray, sign: int, n_pulses: float) -> np.ndarray:
        """Mean change of g by one pulse.

        Parameters
        ----------
        g : ndarray
            Normalised conductance in [0, 1].
        sign : {1, -1}
            Potentiation or depression.
        n_pulses : float
            Pulses of a full sweep of that direction (``n_pulses_ltp`` or ``n_pulses_ltd``).

        Returns
        -------
        ndarray
            Of the shape of g; negative for depression.
        """

    def outcomes(
        self, g: np.ndarray, sign: int, n_pulses: float, sigma: float, relative: float
    ) -> np.ndarray:
        """Where one pulse may lead, as :data:`ATOMS` equally likely states.

        The default is the mean change with the normal noise of the parameter set, ended at the window:
        sigma of a pulse ``sqrt(c2c_sigma^2 + (c2c_relative * change)^2)``.

        Parameters
        ----------
        g : ndarray, shape (K,)
        sign : {1, -1}
        n_pulses : float
        sigma, relative : float
            Absolute (fraction of the window) and relative noise of a pulse.

        Returns
        -------
        ndarray, shape (K, ATOMS)
            Rising along the last axis, in [0, 1].
        """
        change = np.asarray(self.change(g, sign, n_pulses), float)
        noise = np.hypot(sigma, relative * np.abs(change))
        return np.clip((g + change)[:, None] + noise[:, None] * _normal_atoms(), 0.0, 1.0)

    def curve(self, sign: int, n_pulses: int) -> np.ndarray:
        """Mean course of a full sweep without noise, g after 0 .. n_pulses pulses, shape (n_pulses + 1,)."""
        g = np.array([0.0 if sign > 0 else 1.0])
        states = [g[0]]
        for _ in range(n_pulses):
            g = np.clip(g + self.change(g, sign, n_pulses), 0.0, 1.0)
            states.append(g[0])
        return np.array(states)

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, lists and mappings: what a device file keeps besides the name."""

    @classmethod
    @abstractmethod
    def from_dict(cls, block: Mapping[str, Any]) -> Law:
        """Read what :meth:`to_dict` gave; InputError names what is wrong."""


@cache
def _normal_atoms() -> np.ndarray:
    """Means of the standard normal between its ATOMS-quantiles, scaled to variance 1."""
    normal = NormalDist()
    edges = [-math.inf, *(normal.inv_cdf(k / ATOMS) for k in range(1, ATOMS)), math.inf]
    density = np.array([0.0 if math.isinf(z) else normal.pdf(z) for z in edges])
    atoms = ATOMS * (density[:-1] - density[1:])
    return atoms / np.sqrt(np.mean(atoms**2))
