"""What tables and figures for people call a quantity; files and options keep the names of the fields."""

from __future__ import annotations

from perovdata.devices.fields import FIELDS

_LABELS = {
    "g_max": "Gmax",
    "g_min": "Gmin",
    "n_pulses_ltp": "Pulses (LTP)",
    "n_pulses_ltd": "Pulses (LTD)",
    "n_states": "Levels",
    "a_ltp": "NeuroSim's A (LTP)",
    "a_ltd": "NeuroSim's A (LTD)",
    "c2c_sigma": "Cycle-to-cycle noise",
    "c2c_spread": "Spread between cycles",
    "c2c_relative": "Cycle-to-cycle noise of a step",
    "d2d_label_sigma": "Spread of nonlinearity",
    "d2d_g_max": "Spread of Gmax",
    "d2d_g_min": "Spread of Gmin",
    "d2d_correlation": "Correlation of spreads",
    "stuck_on": "Stuck at Gmax",
    "stuck_off": "Stuck at Gmin",
    "read_noise_relative": "Read noise of a reading",
    "endurance_cycles": "Endurance",
    "retention_tau": "Retention time",
    "retention_beta": "Retention stretching",
    "retention_nu": "Retention power",
    "retention_t0": "Retention onset",
    "epsc_fast_tau": "EPSC fast decay",
    "ppf_tau_1": "PPF decay time 1",
    "ppf_tau_2": "PPF decay time 2",
    "stm_saturation": "Short-term saturation",
    "intensity_reference": "Reference intensity",
    "intensity_saturation": "Saturation intensity",
    "persistent_fraction": "Persistent share",
    "persistent_tau": "Persistent decay time",
    "bandgap": "Band gap",
    "absorption_width": "Absorption edge",
}
_CAPITALS = {"ltp": "(LTP)", "ltd": "(LTD)", "ppf": "PPF", "epsc": "EPSC", "psnr": "PSNR", "ssim": "SSIM"}
#: Endings of names that tell the unit; of the fields, the unit stands in FIELDS.
_UNITS = {"_dB": "dB", "_percent": "%", "_s": "s", "_J": "J", "_K": "K", "_m2": "m2"}


def worded(name: str) -> str:
    """A quantity as people read it: ``nonlinearity_ltp`` is ``Nonlinearity (LTP)``.

    Parameters
    ----------
    name : str
        A field of a device, or another quantity named the same way.
    """
    if name in _LABELS:
        return _LABELS[name]
    stem, _ = _split(name)
    words = " ".join(_CAPITALS.get(word, word) for word in stem.split("_"))
    return words[:1].upper() + words[1:]


def unit_of(name: str) -> str:
    """Unit of a quantity as its name tells it, ``"1"`` if it tells none."""
    if name in FIELDS:
        return FIELDS[name].unit
    if name.startswith("accuracy"):
        return "%"
    if name == "gain":
        return "points"
    return _split(name)[1]


def _split(name: str) -> tuple[str, str]:
    """Name without the ending that tells the unit, and that unit; ``psnr_dB_without_x`` has it inside."""
    if name in FIELDS:
        return name, FIELDS[name].unit
    for ending, told in _UNITS.items():
        head, found, tail = name.partition(ending)
        if found and (not tail or tail.startswith("_")):
            return head + tail, told
    return name, "1"
