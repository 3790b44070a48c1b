"""From the tables to data frames, designs and populations."""

from perovdata.dataset.load.design_files import DesignFile, open_designs, read_designs
from perovdata.dataset.load.overview import doi_link, info, material_sources, show, sources
from perovdata.dataset.load.population import Population, measured_metrics, populations
from perovdata.dataset.load.synapses import FAMILIES

__all__ = [
    "FAMILIES",
    "DesignFile",
    "Population",
    "doi_link",
    "info",
    "material_sources",
    "measured_metrics",
    "open_designs",
    "populations",
    "read_designs",
    "show",
    "sources",
]
