"""`SynapseParameters`: what a simulator needs to know of a synapse, batched over parameter sets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from perovdata.devices.fields import FIELDS
from perovdata.devices.film import GRID_NM, gap_absorption
from perovdata.devices.laws import Law
from perovdata.devices.renamed import RENAMED, current_name
from perovdata.errors import InputError, unknown_choice


@dataclass(frozen=True, eq=False, repr=False)
class SynapseParameters:
    """Parameters of P synapses; the fields are those of :data:`~perovdata.devices.FIELDS`, in its order."""

    g_max: jax.Array
    g_min: jax.Array
    n_pulses_ltp: jax.Array
    n_pulses_ltd: jax.Array
    nonlinearity_ltp: jax.Array
    nonlinearity_ltd: jax.Array
    n_states: jax.Array
    c2c_sigma: jax.Array
    c2c_relative: jax.Array
    d2d_label_sigma: jax.Array
    d2d_g_max: jax.Array
    d2d_g_min: jax.Array
    d2d_correlation: jax.Array
    stuck_on: jax.Array
    stuck_off: jax.Array
    read_noise: jax.Array
    read_noise_relative: jax.Array
    endurance_cycles: jax.Array
    endurance_exponent: jax.Array
    retention_tau: jax.Array
    retention_beta: jax.Array
    retention_nu: jax.Array
    retention_t0: jax.Array
    retention_floor: jax.Array
    read_disturb: jax.Array
    activation_energy: jax.Array
    reference_temperature: jax.Array
    epsc_amplitude: jax.Array
    epsc_fast_tau: jax.Array
    rise_tau: jax.Array
    ppf_amplitude_1: jax.Array
    ppf_tau_1: jax.Array
    ppf_amplitude_2: jax.Array
    ppf_tau_2: jax.Array
    stm_saturation: jax.Array
    intensity_reference: jax.Array
    intensity_exponent: jax.Array
    intensity_saturation: jax.Array
    persistent_fraction: jax.Array
    persistent_tau: jax.Array
    bandgap: jax.Array
    absorption_width: jax.Array
    film_thickness: jax.Array
    film_reflectance: jax.Array
    electrical_erase: jax.Array
    read_voltage: jax.Array
    write_voltage: jax.Array
    pulse_width: jax.Array
    read_width: jax.Array
    energy_per_pulse: jax.Array
    law: jax.Array
    laws: tuple[Law, ...] = ()
    absorption: jax.Array | None = None

    @classmethod
    def make(cls, absorption: Any = None, **values: Any) -> SynapseParameters:
        """Build validated parameter sets.

        Parameters
        ----------
        absorption : array_like of shape (P, W) or (P, K, W), 1/m, optional
            Absorption coefficient of the film (of K films) at the W wavelengths of ``GRID_NM``.
        **values : array_like
            Fields by name, each a scalar or of length P; None and omitted fields take the neutral value.

        Returns
        -------
        SynapseParameters
            Every field a float32 array of shape (P,).

        Raises
        ------
        InputError
            Unknown name, not a number, outside its range, lengths that do not match, ``g_min >= g_max``.
        """
        values = _by_current_name(values)
        columns = {name: _column(name, values.get(name)) for name in FIELDS}
        spectra = None if absorption is None else _spectra(absorption)
        sizes = {name: len(c) for name, c in columns.items() if len(c) != 1}
        if spectra is not None and len(spectra) != 1:
            sizes["absorption"] = len(spectra)
        if len(set(sizes.values())) > 1:
            listing = ", ".join(f"{name} {n}" for name, n in sizes.items())
            raise InputError(
                f"device parameters: lengths differ ({listing}); give scalars or one common length"
            )
        n = next(iter(sizes.values()), 1)
        columns = {name: np.broadcast_to(c, n) for name, c in columns.items()}
        _check_together(columns)
        films = None
        if spectra is not None:
            films = jnp.array(np.broadcast_to(spectra, (n, *spectra.shape[1:])), jnp.float32)
        # Copies, so that a caller's array is never aliased.
        return cls(
            **{name: jnp.array(c, jnp.float32) for name, c in columns.items()},
            law=jnp.zeros(n, jnp.float32),
            laws=(),
            absorption=films,
        )

    @classmethod
    def stack(cls, sets: Iterable[SynapseParameters]) -> SynapseParameters:
        """Join parameter sets along the leading axis.

        If some have an absorption spectrum, the others get the one that their band gap stands for.
        """
        sets = list(sets)
        if not sets:
            raise InputError("device parameters: nothing to stack")
        if any(one.absorption is not None for one in sets):
            sets = [_with_spectrum(one) for one in sets]
            if len({one.absorption.shape[1:] for one in sets if one.absorption is not None}) > 1:
                raise InputError("device parameters: sets with different numbers of films cannot be stacked")
        laws = tuple(dict.fromkeys(law for one in sets for law in one.laws))
        return jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *(one._among(laws) for one in sets))

    def with_law(self, law: Law | None) -> SynapseParameters:
        """Copy in which every set follows a law (None: the exponential of its own labels)."""
        chosen = jnp.full_like(self.law, 0 if law is None else 1)
        return dataclasses.replace(self, law=chosen, laws=() if law is None else (law,))

    def law_of(self, index: int) -> Law | None:
        """Law that a set follows; None: the exponential of its own labels."""
        number = int(self.law[index])
        return None if number == 0 else self.laws[number - 1]

    def _among(self, laws: tuple[Law, ...]) -> SynapseParameters:
        """The same with a longer list of laws."""
        number = jnp.asarray([0, *(1 + laws.index(law) for law in self.laws)], jnp.float32)
        return dataclasses.replace(self, law=number[self.law.astype(int)], laws=laws)

    @property
    def n_sets(self) -> int:
        """Number of parameter sets P."""
        return self.g_max.shape[0]

    def __repr__(self) -> str:
        stated = [name for name in FIELDS if name not in self.ideal_fields]
        return f"SynapseParameters({self.n_sets} sets; stated: {', '.join(stated) or 'nothing'})"

    def take(self, index: int | slice | np.ndarray) -> SynapseParameters:
        """Sets by integer, slice, index array or mask; the leading axis stays (an integer gives P = 1)."""
        index = np.atleast_1d(index) if not isinstance(index, slice) else index
        if isinstance(index, np.ndarray) and index.dtype != bool and index.size:
            outside = index[(index < -self.n_sets) | (index >= self.n_sets)]
            if outside.size:
                raise InputError(f"parameter set {outside[0]}: there are only {self.n_sets}")
        return jax.tree.map(lambda leaf: leaf[index], self)

    def replace(self, **values: Any) -> SynapseParameters:
        """Copy with some fields changed; validated like :meth:`make`.

        A new ``bandgap`` takes the place of the absorption spectrum, unless a new one comes with it.
        """
        values = _by_current_name(values)
        kept = {} if "bandgap" in values else {"absorption": self.absorption}
        changed = type(self).make(**{**self.as_dict(), **kept, **values})
        if changed.n_sets != self.n_sets and self.laws:
            return changed.with_law(self.law_of(0))  # one set, told apart in the changed field
        return dataclasses.replace(changed, law=self.law, laws=self.laws) if self.laws else changed

    def __getattr__(self, name: str) -> jax.Array:
        # Only reached for names that are no attribute: a field by its former name.
        if name in RENAMED:
            return getattr(self, current_name(name))
        raise AttributeError(f"'{type(self).__name__}' has no attribute '{name}'")

    def as_dict(self) -> dict[str, np.ndarray]:
        """Fields as NumPy arrays of shape (P,)."""
        return {name: np.asarray(getattr(self, name)) for name in FIELDS}

    @property
    def ideal_fields(self) -> tuple[str, ...]:
        """Names of the fields that are neutral (or unknown) in every set."""
        return tuple(name for name, column in self.as_dict().items() if _is_neutral(name, column).all())

    @property
    def on_off(self) -> jax.Array:
        """g_max / g_min, shape (P,); infinite for g_min = 0."""
        return self.g_max / self.g_min


def _by_current_name(values: dict[str, Any]) -> dict[str, Any]:
    """Fields by their present names; raises InputError for an unknown one and for one given twice."""
    found: dict[str, Any] = {}
    for given, value in values.items():
        name = current_name(given)
        if name not in FIELDS and name != "absorption":
            raise unknown_choice("device parameter", name, FIELDS)
        if name in found:
            raise InputError(f"device parameter {name}: given twice, also as {given}")
        found[name] = value
    return found


def _with_spectrum(params: SynapseParameters) -> SynapseParameters:
    if params.absorption is not None:
        return params
    spectrum = gap_absorption(params.bandgap, params.absorption_width)
    return dataclasses.replace(params, absorption=spectrum)


def _is_neutral(name: str, column: np.ndarray) -> np.ndarray:
    neutral = FIELDS[name].neutral
    return np.isnan(column) if np.isnan(neutral) else column == np.float32(neutral)


def _column(name: str, value: Any) -> np.ndarray:
    """One field as a checked 1-D float array."""
    field = FIELDS[name]
    if value is None:
        return np.array([field.neutral])
    try:
        column = np.atleast_1d(np.asarray(value, dtype=float))
    except (TypeError, ValueError):
        raise InputError(f"device parameter {name}: '{value}' is not a number ({_accepted(name)})") from None
    if column.ndim != 1 or column.size == 0:
        raise InputError(f"device parameter {name}: shape {column.shape}; give a scalar or one value per set")
    unknown = np.isnan(column)
    if unknown.any() and not np.isnan(field.neutral):
        raise InputError(
            f"device parameter {name}: NaN is not a value; leave the field out for {field.neutral:g}"
        )
    # A float32 value may come back a rounding error outside its range.
    tolerance = 1e-6
    low = field.low - tolerance * abs(field.low)
    high = field.high + tolerance * abs(field.high) if np.isfinite(field.high) else field.high
    bad = ~unknown & ~((column >= low) & (column <= high))
    if bad.any():
        raise InputError(
            f"device parameter {name}: {column[bad][0]:g} is outside its range ({_accepted(name)})"
        )
    return column


def _spectra(value: Any) -> np.ndarray:
    """Checked absorption spectra."""
    spectra = np.asarray(value, dtype=float)
    if spectra.ndim not in (2, 3) or spectra.shape[-1] != len(GRID_NM):
        raise InputError(
            f"device parameter absorption: shape {spectra.shape}; "
            f"(sets, {len(GRID_NM)}) or (sets, films, {len(GRID_NM)}) is accepted"
        )
    bad = ~(np.isfinite(spectra) & (spectra >= 0))
    if bad.any():
        raise InputError(
            f"device parameter absorption: {spectra[bad][0]:g} is not a number of 0 or more, 1/m"
        )
    return spectra


def _accepted(name: str) -> str:
    field = FIELDS[name]
    unit = "" if field.unit == "1" else f" {field.unit}"
    return f"{field.low:g} to {field.high:g}{unit}: {field.meaning}"


def _check_together(columns: dict[str, np.ndarray]) -> None:
    bad = np.float32(columns["g_min"]) >= np.float32(columns["g_max"])
    if bad.any():
        low, high = columns["g_min"][bad][0], columns["g_max"][bad][0]
        raise InputError(f"device parameter g_min: {low:g} S is not below g_max = {high:g} S")
    stuck = columns["stuck_on"] + columns["stuck_off"]
    if (stuck > 1 + 1e-6).any():
        raise InputError(f"device parameters stuck_on + stuck_off: {stuck.max():g} is more than 1")
    for k in (1, 2):
        amplitude, tau = columns[f"ppf_amplitude_{k}"], columns[f"ppf_tau_{k}"]
        bad = (amplitude != 0) & np.isnan(tau)
        if bad.any():
            raise InputError(f"device parameter ppf_amplitude_{k}: {amplitude[bad][0]:g} needs ppf_tau_{k}")


SynapseParameters.__doc__ = """Parameters of P synapses, a pytree of float32 arrays of shape (P,).

Build with :meth:`make`, from a device file with :func:`perovdata.devices.load_device`, or from a preset
with :func:`perovdata.devices.preset`. Works under ``jit``, ``vmap`` and ``grad``; inside ``vmap`` over the
leading axis every field is a scalar.

Parameters
----------
""" + "\n".join(
    f"{name} : array, {f.unit}\n    {f.meaning.capitalize()}. {f.source}." for name, f in FIELDS.items()
)
SynapseParameters.__doc__ += """
law : array
    Update law of each set, a whole number: 0 is the exponential of its own labels, k the k-th of ``laws``.
laws : tuple of Law
    Other laws that sets follow (:meth:`with_law`).
absorption : array of shape (P, W) or (P, K, W), 1/m, or None
    Absorption coefficient of the film (of K films) at the wavelengths of ``GRID_NM``. None: see
    :func:`~perovdata.devices.absorption_of`.
"""
jax.tree_util.register_dataclass(
    SynapseParameters, data_fields=[*FIELDS, "law", "absorption"], meta_fields=["laws"]
)
