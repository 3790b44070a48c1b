"""Properties of a composition: measured, predicted or missing, and always with the rule.

The room stands on chemistry alone and reads its tables itself, so that the checks of the dataset, the
features and the simulator's users can all ask it.
"""

from perovdata.materials.absorption_estimate import Absorption, absorption, absorption_draws
from perovdata.materials.absorption_skill import hidden_absorption
from perovdata.materials.gap_estimate import (
    Gap,
    bandgap,
    bandgap_draws,
    bandgaps,
    cutoff_wavelength,
    optical_properties,
)
from perovdata.materials.reported import PROPERTIES_SHOWN, PropertyValue, class_median, lookup_property
from perovdata.materials.spectra import Spectrum, measured_spectra, red_edge

__all__ = [
    "PROPERTIES_SHOWN",
    "Absorption",
    "Gap",
    "PropertyValue",
    "Spectrum",
    "absorption",
    "absorption_draws",
    "bandgap",
    "bandgap_draws",
    "bandgaps",
    "class_median",
    "cutoff_wavelength",
    "hidden_absorption",
    "lookup_property",
    "measured_spectra",
    "optical_properties",
    "red_edge",
]
