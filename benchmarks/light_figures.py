"""The figures of docs/light.md: python benchmarks/light_figures.py docs/figures"""

from __future__ import annotations

import sys
from pathlib import Path

from perovdata.report.light_figures import absorption_figure, mixing_figure
from perovdata.studies import simulate

PIXEL = "CsPb(Cl0.3Br0.7)3,CsPb(Br0.7I0.3)3,CsPb(Br0.3I0.7)3"


def main() -> None:
    """Write the files."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    absorption_figure().savefig(folder / "light-absorption.png", dpi=90)
    pixel = simulate(preset="ideal", task="colour", layers=PIXEL)["pixel"]
    mixing_figure(pixel).savefig(folder / "light-pixel.png", dpi=90)


if __name__ == "__main__":
    main()
