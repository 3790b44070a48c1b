"""Pixels of several films: mixing, condition number and colour error. python benchmarks/colour_pixels.py

Peers: the two cameras whose spectral sensitivities colour-science holds (one stacked, one with filters).
"""

from __future__ import annotations

import numpy as np

from perovdata.devices import GRID_NM, SynapseParameters
from perovdata.studies.films import films_of_pixel, with_layers
from perovdata.studies.pixel import chart_error, pixel_colours
from perovdata.vision import check_request, lamp_of

PIXELS = (
    "CsPb(Cl0.3Br0.7)3,CsPb(Br0.7I0.3)3,CsPb(Br0.3I0.7)3",
    "MAPb(Cl0.3Br0.7)3,MAPb(Br0.7I0.3)3,MAPbI3",
    "CsPbCl3,CsPbBr3,CsPbI3",
)
DRAWS = 64


def main() -> None:
    """Print one line per pixel and arrangement, and per camera."""
    from colour import MSDS_CAMERA_SENSITIVITIES

    lamp = lamp_of(check_request("colour", "default", {}))
    for layers in PIXELS:
        films, _ = films_of_pixel("colour", layers, {})
        sets = with_layers(SynapseParameters.make().take(np.zeros(DRAWS, int)), films, None, seed=0)
        for arrangement in ("stacked", "side-by-side"):
            told = pixel_colours(sets, lamp, piled=arrangement == "stacked")
            condition, error = told["condition_number"], told["colour_error"]
            low, high = error["interval"]
            print(f"{layers}, {arrangement}: condition number {condition['median']:.1f}, colour error "
                  f"{error['median']:.1f} ({low:.1f} to {high:.1f}), worst patch {error['worst_patch']:.1f}; "
                  f"mixing {np.round(told['mixing_matrix'], 2).tolist()}")  # fmt: skip
    for name, table in MSDS_CAMERA_SENSITIVITIES.items():
        columns = [np.interp(GRID_NM, table.wavelengths, c, left=0, right=0) for c in table.values.T]
        print(f"{name}: colour error {chart_error(np.array(columns) / GRID_NM).mean():.1f}")


if __name__ == "__main__":
    main()
