"""Freeze a new version of the open benchmark from the tables: ``python pipelines/freeze_benchmark.py v2``.

No stage of the pipeline: a version is written once, by hand, and never again.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from common import ROOT, params

from perovdata.benchmark.frozen import write_version
from perovdata.dataset import METRICS, load_synapses
from perovdata.materials.gap_data import training_table
from perovdata.models import Corpus, Settings, Target, build_corpus
from perovdata.models.evaluation.fold import eligible_metrics
from perovdata.models.evaluation.run import outer_splits


def gaps() -> Corpus:
    """The measured band gaps of the domain; a group is a chemical system."""
    table = training_table()
    designs = pd.DataFrame(
        {"composition": table.composition, "family": table.family, "paper_id": table.system},
        index=list(table.keys),
    )
    rows = np.arange(len(table.y))
    labels = np.column_stack([table.y, table.y])
    group = table.system.astype(object)
    return Corpus(
        designs, {"bandgap": Target(METRICS["bandgap"], rows, labels, table.y, group, np.ones(len(rows)))}
    )


if __name__ == "__main__":
    settings = Settings.of(params("evaluate"))
    devices, materials = build_corpus(load_synapses()), gaps()
    tasks = eligible_metrics(devices, settings)
    parts = [
        (devices, outer_splits(devices, settings), tasks),
        (materials, outer_splits(materials, settings), ["bandgap"]),
    ]
    write_version(ROOT / "data" / "benchmark" / sys.argv[1], parts)
    print(f"{len(tasks) + 1} tasks frozen: {', '.join(tasks)}, bandgap")
