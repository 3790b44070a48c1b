"""Results that a rearrangement of the code must not change, recorded once and compared ever after.

``python tests/contracts/same_results.py FILE`` writes them anew. A result that changes on purpose is recorded
again, together with the reason, in the commit that changes it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from perovdata.devices import FIELDS, SynapseParameters, preset
from perovdata.studies import leaderboard, limits, requirements
from perovdata.studies.sources import from_record
from perovdata.vision import load_images, run

_ONLINE = {"epochs": 6, "hidden": 20}
#: One small simulation per kind of task: the options that keep it small.
TASKS: dict[str, dict[str, Any]] = {
    "digits-online": _ONLINE,
    "mnist-online": {**_ONLINE, "protocol": "neurosim", "epochs": 1},
    "digits-inference": {"epochs": 20, "ages_s": (1.0, 3600.0), "rounds": 5},
    "retina-denoise": {"epochs": 20},
    "reservoir-digits": {},
    "colour": {},
    "motion": {},
    "events": {},
    "memory": {"epochs": 20, "ages_s": (1.0, 3600.0)},
    "associate": {"cues": 3},
    "snn-stdp": {"train_images": 60, "neurons": 20, "steps": 6},
}

# Names of two fields before and now, so that an older commit can be recorded by the same file.
_FORMER = {"c2c_sigma": "c2c_variation", "d2d_label_sigma": "d2d_variation"}


def devices() -> SynapseParameters:
    """A published device, and one that shows every effect."""
    spread = {new if new in FIELDS else old: 0.02 for new, old in _FORMER.items()}
    rough = SynapseParameters.make(
        g_max=1e-6, g_min=1e-8, n_pulses_ltp=64, n_pulses_ltd=50, nonlinearity_ltp=1.5, nonlinearity_ltd=-1.0,
        n_states=64, c2c_relative=0.1, d2d_g_max=0.1, d2d_g_min=0.05, d2d_correlation=0.3, stuck_on=0.01,
        stuck_off=0.02, read_noise=0.01, read_noise_relative=0.02, endurance_cycles=1e5, retention_tau=1e4,
        retention_beta=0.7, ppf_amplitude_1=0.6, ppf_tau_1=0.3, ppf_amplitude_2=0.2, ppf_tau_2=3.0,
        persistent_fraction=0.1, persistent_tau=30.0, bandgap=2.1, intensity_exponent=0.8,
        energy_per_pulse=1e-12, read_voltage=0.1, **spread,
    )  # fmt: skip
    return SynapseParameters.stack([preset("ag-a-si"), rough])


def of_task(name: str) -> dict[str, Any]:
    """Accuracies, costs and extras of one small run, shapes (sets, seeds, ...)."""
    options = dict(TASKS[name])
    images = load_images("digits").take(240, 80)
    result = run(name, devices(), images=images, seeds=2, **options)
    # The ceiling is one number per task now, no longer one per seed.
    found: dict[str, Any] = {"accuracy": result.accuracy}
    for key in ("curve", "energy_per_image_J", "energy_training_J", "latency_per_image_s", "area_m2"):
        if getattr(result, key) is not None:
            found[key] = getattr(result, key)
    return found | {f"extras {key}": value for key, value in result.extras.items() if value.ndim == 2}


def of_routing() -> dict[str, Any]:
    """Medians of the parameters of two devices of the tables."""
    found = {}
    for device in ("d0002", "d0010"):
        table = from_record(device, draws=16).table
        found |= {f"{device} {name}": entry["median"] for name, entry in table.items()}
    return found


def of_studies() -> dict[str, Any]:
    """Gains of the limits and needs of the requirements on a small task; places of the leaderboard.

    What a device leaves open is drawn from the tables: its place may move when records are added.
    """
    small = {"images": load_images("digits").take(240, 80), "epochs": 2}
    gains = limits({"ag-a-si": preset("ag-a-si")}, "digits-online", **small)
    needs = requirements("digits-online", 30, seeds=1, points=3, map_points=2, **small)
    ranked = leaderboard(("digits-inference",), min_stated=3, draws=2, images=small["images"], ages_s=(1.0,))
    return {
        **{f"gain {row['effect']}": row["gain"] for row in gains},
        **{f"{row['metric']}, others {row['others']}": row["accuracy"] for row in needs["table"]},
        "map": needs["map"]["accuracy"],
        **{f"leaderboard {row['device_id']}": row["accuracy"] for row in ranked},
    }


def plain(found: dict[str, Any]) -> dict[str, Any]:
    """Arrays as nested lists of numbers."""
    return {name: np.asarray(value, float).tolist() for name, value in found.items()}


if __name__ == "__main__":
    recorded = {name: plain(of_task(name)) for name in TASKS}
    recorded |= {"routing": plain(of_routing()), "studies": plain(of_studies())}
    with open(sys.argv[1], "w", encoding="utf-8") as stream:
        json.dump(recorded, stream, indent=0)
        stream.write("\n")
