"""Does the composition decide what a colour sensor sees? python benchmarks/colour_variance.py

Forty compositions of the band-gap model's domain, eight draws each: of the synapse (from what the tables
report of all devices), the gap and the spectrum; two repetitions of the scenes and the noise of the devices.
A nested analysis of variance (random effects, method of moments) splits the variance of the accuracy into
between compositions, between the draws of one composition, and between repetitions.
"""

from __future__ import annotations

import numpy as np

from perovdata.chemistry import parse
from perovdata.dataset.load import populations
from perovdata.devices import SynapseParameters
from perovdata.routing import route
from perovdata.studies.films import with_film
from perovdata.vision import run

CATIONS = ("Cs", "MA", "FA", "Cs0.2FA0.8")
HALIDES = (
    "Cl3", "(Cl0.7Br0.3)3", "(Cl0.3Br0.7)3", "Br3", "(Br0.8I0.2)3", "(Br0.6I0.4)3", "(Br0.3I0.7)3", "I3",
)  # fmt: skip
LAYERED = tuple(
    f"({spacer})2{rest}" for spacer in ("BA", "PEA") for rest in ("PbI4", "MAPb2I7", "MA2Pb3I10", "MA3Pb4I13")
)
COMPOSITIONS = (*(f"{cation}Pb{halide}" for cation in CATIONS for halide in HALIDES), *LAYERED)
DRAWS, SEEDS = 8, 2


def nested_shares(values: np.ndarray) -> dict[str, float]:
    """Shares of the variance of values of shape (compositions, draws, seeds), by the method of moments."""
    _, draws, seeds = values.shape
    of_draw = values.mean(axis=2)
    of_composition = of_draw.mean(axis=1)
    ms_seed = values.var(axis=2, ddof=1).mean()
    ms_draw = seeds * of_draw.var(axis=1, ddof=1).mean()
    ms_composition = draws * seeds * of_composition.var(ddof=1)
    parts = {
        "between compositions": (ms_composition - ms_draw) / (draws * seeds),
        "between draws of a composition": (ms_draw - ms_seed) / seeds,
        "between repetitions": ms_seed,
    }
    parts = {name: max(float(part), 0.0) for name, part in parts.items()}
    total = sum(parts.values())
    return {name: part / total for name, part in parts.items()}


def main() -> None:
    """Print the shares."""
    assert len(COMPOSITIONS) == 40
    synapse = route(population=populations(), n_draws=DRAWS, seed=0)
    sources = [with_film(synapse, parse(formula), None, seed=0) for formula in COMPOSITIONS]
    sets = SynapseParameters.stack([source.parameters for source in sources])
    result = run("colour", sets, seeds=SEEDS)
    values = result.accuracy.reshape(len(sources), DRAWS, SEEDS)
    lights = ("450_nm", "532_nm", "635_nm")
    print(
        "".join(f"{head:>22}" for head in ("composition", "gap, eV", "accuracy, %", "sd of draws", *lights))
    )
    for index, (formula, source) in enumerate(zip(COMPOSITIONS, sources, strict=True)):
        own = values[index].mean(axis=1)
        by_light = [
            np.median(result.extras[f"accuracy_{light}"].reshape(values.shape)[index]) for light in lights
        ]
        gap = np.median(np.asarray(source.parameters.bandgap))
        figures = (gap, own.mean(), own.std(ddof=1), *by_light)
        print(f"{formula:>22}" + "".join(f"{figure:>22.2f}" for figure in figures))
    means = values.mean(axis=(1, 2))
    print(f"accuracy over compositions: {means.min():.1f} to {means.max():.1f} %")
    for name, share in nested_shares(values).items():
        print(f"{name}: {100 * share:.1f} % of the variance")


if __name__ == "__main__":
    main()
