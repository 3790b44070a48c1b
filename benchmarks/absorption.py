"""How well the absorption of a hidden material is predicted: python benchmarks/absorption.py

Every material's spectra are hidden in turn. The error is that of the absorptance of a film of 300 nm, 400 to
800 nm, mean over the wavelengths. Peers: a sigmoid step at the gap (its width 50 meV), the direct edge that a
device file's gap gives (devices/film.py), and a second measured spectrum of the same material.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from perovdata.devices import edge_absorption
from perovdata.materials import measured_spectra, red_edge
from perovdata.materials.absorption_shape import CLASSES, film_absorptance, fitted_shape
from perovdata.materials.absorption_skill import (
    HeldOut,
    absorptance_error,
    hidden_absorption,
    hidden_gap,
    repeat_error,
)
from perovdata.materials.spectra import HC_EV_NM

FILM_CM = 3e-5


def step(energy: np.ndarray, gap: float) -> np.ndarray:
    """Sigmoid of 50 meV at the gap."""
    return 1 / (1 + np.exp(-(energy - gap) / 0.05))


def edge(energy: np.ndarray, gap: float) -> np.ndarray:
    """Film of the direct edge with its Urbach tail."""
    return film_absorptance(np.asarray(edge_absorption(energy, gap, 0.05)) / 100, FILM_CM)


def row(one: HeldOut) -> dict[str, object]:
    """Errors of one spectrum: at its own red edge, and at the gap that its composition predicts."""
    own = HC_EV_NM / red_edge(one.spectrum)
    predicted = hidden_gap(one.spectrum.perovskite)

    def law(energy: np.ndarray, gap: float) -> np.ndarray:
        return film_absorptance(one.shape.absorption(energy, gap), FILM_CM)

    return {
        "composition": one.spectrum.perovskite.formula,
        "class": one.kind,
        "step": absorptance_error(one.spectrum, lambda e: step(e, own))[0],
        "direct edge": absorptance_error(one.spectrum, lambda e: edge(e, own))[0],
        "law": absorptance_error(one.spectrum, lambda e: law(e, own))[0],
        "law, hidden gap": absorptance_error(one.spectrum, lambda e: law(e, predicted))[0],
        "its bias": absorptance_error(one.spectrum, lambda e: law(e, predicted))[1],
        "edge": one.edge_error(own),
        "edge, hidden gap": one.edge_error(predicted),
    }


def mean_row(rows: list[dict[str, object]], kind: str) -> dict[str, object]:
    """Mean absolute errors of a class, every material counting the same."""
    own = [r for r in rows if r["class"] == kind]
    means: dict[str, object] = {"composition": "mean", "class": kind}
    for name in list(own[0])[2:]:
        by_material: dict[object, list[float]] = {}
        for r in own:
            by_material.setdefault(r["composition"], []).append(abs(float(str(r[name]))))
        means[name] = float(np.mean([np.mean(values) for values in by_material.values()]))
    return means


def show(rows: list[dict[str, object]]) -> None:
    """Print a table."""
    names = list(rows[0])
    print("  ".join(f"{name:>18}" for name in names))
    for r in rows:
        cells = [f"{r[n]:.0f}" if str(n).startswith("edge") else f"{r[n]:.3f}" for n in names[2:]]
        print("  ".join(f"{cell:>18}" for cell in (r["composition"], r["class"], *cells)))


def main() -> None:
    """Print the tables."""
    rows = [row(one) for one in hidden_absorption()]
    print(
        "mean absolute error of the absorptance (300 nm film, 400 to 800 nm) and error of the red edge in nm"
    )
    show([*rows, *(mean_row(rows, kind) for kind in CLASSES)])
    near = [abs(float(str(r["edge, hidden gap"]))) <= 20 for r in rows]
    print(f"red edge within 20 nm at the hidden gap: {sum(near)} of {len(near)} spectra")
    by_material: dict[tuple, list] = {}
    for spectrum in measured_spectra():
        by_material.setdefault(spectrum.perovskite.key, []).append(spectrum)
    repeats = {
        same[0].perovskite.formula: np.mean([repeat_error(*pair) for pair in combinations(same, 2)])
        for same in by_material.values()
        if len(same) > 1
    }
    said = ", ".join(f"{name} {error:.3f}" for name, error in repeats.items())
    mean = np.mean(list(repeats.values()))
    print(f"the same between two measured spectra of one material: {said}; mean {mean:.3f}")
    for kind in CLASSES:
        shape = fitted_shape(kind)
        print(
            f"{kind}: strength {shape.strength:.3g} 1/cm, exciton {shape.exciton * 1e3:.0f} meV, "
            f"width {shape.width * 1e3:.0f} meV, slope {shape.slope:.2f} 1/eV, onset {shape.offset:.3f} eV "
            f"above the red edge, spread of ln(strength) {shape.spread:.2f}"
        )


if __name__ == "__main__":
    main()
