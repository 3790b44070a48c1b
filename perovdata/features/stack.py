"""What the layer stack of a device says about its electrodes."""

from __future__ import annotations

import math
import re

# Metals whose ions migrate and form filaments, metals that do not, and transparent oxides.
_KINDS = {
    "active": frozenset({"Ag", "Cu"}),
    "noble": frozenset({"Au", "Pt", "Pd", "W"}),
    "aluminium": frozenset({"Al"}),
    "oxide": frozenset({"ITO", "FTO", "AZO", "IZO"}),
}
_SUBSTRATES = frozenset({"glass", "PET", "PEN", "PI", "Si", "SiO2", "quartz", "sapphire", "mica", "PDMS"})
STACK_NAMES = ("stack_layers", *(f"electrode_{kind}" for kind in _KINDS))


def stack_features(stack: str | None) -> dict[str, float]:
    """Number of layers and kind of the outer electrodes.

    Parameters
    ----------
    stack : str or None
        Layers joined by ``/``, in either order; None if not known.

    Returns
    -------
    dict of str to float
        ``stack_layers`` without the substrate; ``electrode_<kind>`` is 1 if either outer layer is of that
        kind, else 0. All NaN for an unknown stack.
    """
    if stack is None:
        return dict.fromkeys(STACK_NAMES, math.nan)
    layers = [layer.strip() for layer in str(stack).split("/") if layer.strip()]
    while len(layers) > 1 and layers[0] in _SUBSTRATES:
        layers = layers[1:]
    while len(layers) > 1 and layers[-1] in _SUBSTRATES:
        layers = layers[:-1]
    outer = {word for layer in (layers[:1] + layers[-1:]) for word in re.findall(r"[A-Za-z0-9]+", layer)}
    features = {"stack_layers": float(len(layers)) if layers else math.nan}
    for kind, members in _KINDS.items():
        features[f"electrode_{kind}"] = float(bool(outer & members)) if layers else math.nan
    return features
