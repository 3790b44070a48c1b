"""CPU time of reading a dense 20-page PDF against the bar of 5 s: ``python benchmarks/reading_speed.py``."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from perovdata.dataset.reading import read_paper

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "dataset" / "reading"))
from papers import pdf

PAGES, BAR_S = 20, 5.0


def main() -> None:
    """Print seconds, characters and the ratio to the bar; importing the PDF library is counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = pdf(Path(folder) / "paper.pdf", pages=PAGES)
        begin = time.process_time()
        proposals = read_paper(path)
        seconds = time.process_time() - begin
    values = sum(len(p["measurements"]) for p in proposals)
    share = f"{seconds / BAR_S:.2f} of the bar of {BAR_S:g} s"
    print(f"{PAGES} pages: {seconds:.2f} s CPU, {share}, {values} values")


if __name__ == "__main__":
    main()
