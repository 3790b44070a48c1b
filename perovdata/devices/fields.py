"""The vocabulary of one synapse: every parameter's unit, range, neutral value, meaning and source.

A *neutral* value switches its effect off (no noise, infinite retention ...): a device file that omits a
key gets the neutral value, and :attr:`SynapseParameters.ideal_fields` lists it. Quantities that have no
neutral value (a voltage nobody stated) are NaN when unknown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: End of MLP-NeuroSim's table of nonlinearity labels (formula.cpp, getParamA).
MAX_LABEL = 9.0

_INF = math.inf
_NAN = math.nan

_NEUROSIM = "Chen, Peng, Yu, IEEE TCAD 2018, doi:10.1109/TCAD.2018.2789723 (MLP-NeuroSim)"
_AIHWKIT = "Rasch et al., AICAS 2021, doi:10.1109/AICAS51828.2021.9458494 (aihwkit)"
_ZUCKER = "Zucker, Regehr, Annu. Rev. Physiol. 2002, doi:10.1146/annurev.physiol.64.092501.114547"


@dataclass(frozen=True)
class Field:
    """What one parameter means.

    Parameters
    ----------
    unit : str
        SI unit ("1" if dimensionless).
    low, high : float
        Closed range of accepted values.
    neutral : float
        Value that switches the effect off; NaN: there is none, the quantity is simply unknown.
    meaning : str
        One line.
    source : str
        Where the definition comes from.
    """

    unit: str
    low: float
    high: float
    neutral: float
    meaning: str
    source: str


_SELF = "definition of this package (docs/devices.md)"

FIELDS: dict[str, Field] = {
    # The window and the long-term update.
    "g_max": Field("S", 1e-15, 10.0, 1e-5, "largest conductance of the training window", _NEUROSIM),
    "g_min": Field("S", 0.0, 10.0, 0.0, "smallest conductance of the training window", _NEUROSIM),
    "n_pulses_ltp": Field("1", 1.0, 1e9, 1024.0, "pulses from g_min to g_max", _NEUROSIM),
    "n_pulses_ltd": Field("1", 1.0, 1e9, 1024.0, "pulses from g_max to g_min", _NEUROSIM),
    "nonlinearity_ltp": Field("1", -MAX_LABEL, MAX_LABEL, 0.0, "NeuroSim label of potentiation", _NEUROSIM),
    "nonlinearity_ltd": Field(
        "1",
        -MAX_LABEL,
        MAX_LABEL,
        0.0,
        "NeuroSim label of depression; negative: steepest at g_max",
        _NEUROSIM,
    ),
    "n_states": Field("1", 2.0, _INF, _INF, "distinct stable conductance levels; inf: continuous", _SELF),
    # Variation.
    "c2c_sigma": Field(
        "1", 0.0, 1.0, 0.0, "sigma of one pulse, fraction of the window; n pulses: times sqrt(n)", _NEUROSIM
    ),
    "c2c_relative": Field(
        "1", 0.0, 10.0, 0.0, "sigma of one pulse relative to its own step; n pulses: over sqrt(n)", _AIHWKIT
    ),
    "d2d_label_sigma": Field("1", 0.0, 5.0, 0.0, "sigma of the label between devices", _NEUROSIM),
    "d2d_g_max": Field("1", 0.0, 2.0, 0.0, "relative (log-normal) sigma of g_max between devices", _AIHWKIT),
    "d2d_g_min": Field("1", 0.0, 2.0, 0.0, "relative (log-normal) sigma of g_min between devices", _AIHWKIT),
    "d2d_correlation": Field(
        "1",
        -1.0,
        1.0,
        0.0,
        "correlation between devices: of log g_max with log g_min, of |label| LTP with LTD",
        _SELF,
    ),
    "stuck_on": Field("1", 0.0, 1.0, 0.0, "fraction of devices fixed at g_max", _SELF),
    "stuck_off": Field("1", 0.0, 1.0, 0.0, "fraction of devices fixed at g_min", _SELF),
    "read_noise": Field("1", 0.0, 1.0, 0.0, "sigma of one read, fraction of the window", _AIHWKIT),
    "read_noise_relative": Field("1", 0.0, 1.0, 0.0, "sigma of one read relative to the conductance", _SELF),
    # Wear, loss and temperature.
    "endurance_cycles": Field("1", 1.0, _INF, _INF, "pulses after which the window has halved", _SELF),
    "endurance_exponent": Field(
        "1", 0.1, 10.0, 1.0, "steepness of the window's decline (Weibull shape)", _SELF
    ),
    "retention_tau": Field("s", 1e-9, _INF, _INF, "time constant of the loss of the long-term state", _SELF),
    "retention_beta": Field("1", 0.05, 1.0, 1.0, "stretching exponent of that loss; 1: exponential", _SELF),
    "retention_nu": Field("1", 0.0, 2.0, 0.0, "exponent of a power-law loss (1 + t/retention_t0)^-nu", _SELF),
    "retention_t0": Field("s", 1e-9, 1e9, 1.0, "reference time of the power-law loss", _SELF),
    "retention_floor": Field("1", 0.0, 1.0, 0.0, "fraction of the state that is never lost", _SELF),
    "read_disturb": Field(
        "1", -1.0, 1.0, 0.0, "shift of one read, fraction of the way to g_max (< 0: g_min)", _SELF
    ),
    "activation_energy": Field("eV", 0.0, 5.0, 0.0, "Arrhenius energy of every decay time; 0: none", _SELF),
    "reference_temperature": Field(
        "K", 1.0, 1500.0, 300.0, "temperature at which the decay times hold", _SELF
    ),
    # Short-term dynamics.
    "epsc_amplitude": Field(
        "A", -1.0, 1.0, _NAN, "current of one reference event above the baseline", _ZUCKER
    ),
    "epsc_fast_tau": Field("s", 0.0, 1e6, 0.0, "decay of the part of an event that leaves no trace", _SELF),
    "rise_tau": Field("s", 0.0, 1e6, 0.0, "rise time of the trace of an event; 0: at once", _SELF),
    "ppf_amplitude_1": Field(
        "1", -1.0, 100.0, 0.0, "C1 of PPF = 1 + C1 exp(-dt/tau1) + C2 exp(-dt/tau2)", _ZUCKER
    ),
    "ppf_tau_1": Field("s", 1e-12, 1e9, _NAN, "tau1 of the same", _ZUCKER),
    "ppf_amplitude_2": Field("1", -1.0, 100.0, 0.0, "C2 of the same", _ZUCKER),
    "ppf_tau_2": Field("s", 1e-12, 1e9, _NAN, "tau2 of the same", _ZUCKER),
    "stm_saturation": Field("1", 1e-3, _INF, _INF, "largest trace C1 + C2 that events can pile up", _SELF),
    # Light.
    "intensity_reference": Field("W/m2", 1e-9, 1e9, 1.0, "intensity of the reference optical event", _SELF),
    "intensity_exponent": Field("1", 0.05, 3.0, 1.0, "gamma of the photoresponse ~ intensity^gamma", _SELF),
    "intensity_saturation": Field("W/m2", 1e-9, _INF, _INF, "intensity at which the response halves", _SELF),
    "persistent_fraction": Field(
        "1", 0.0, 1.0, 0.0, "share of an event that becomes persistent photocurrent", _SELF
    ),
    "persistent_tau": Field("s", 1e-9, _INF, _INF, "decay time of the persistent photocurrent", _SELF),
    "bandgap": Field("eV", 0.05, 10.0, _NAN, "band gap: photons below it are not absorbed", _SELF),
    "absorption_width": Field("eV", 1e-3, 1.0, 0.05, "Urbach energy of the absorption edge", _SELF),
    "film_thickness": Field("m", 1e-10, 1e-1, 3e-7, "thickness of the film that absorbs the light", _SELF),
    "film_reflectance": Field("1", 0.0, 1.0, 0.0, "share of the light that the film reflects", _SELF),
    "electrical_erase": Field("1", 0.0, 1.0, 0.0, "share of every trace that one erase pulse removes", _SELF),
    # What an operation costs.
    "read_voltage": Field("V", 1e-6, 100.0, _NAN, "voltage of one read", _SELF),
    "write_voltage": Field("V", 1e-6, 100.0, _NAN, "magnitude of one write pulse", _SELF),
    "pulse_width": Field("s", 1e-12, 1e6, _NAN, "duration of one write pulse", _SELF),
    "read_width": Field("s", 1e-12, 1e6, _NAN, "duration of one read", _SELF),
    "energy_per_pulse": Field("J", 0.0, 1e6, _NAN, "energy of one write pulse", _SELF),
}
