"""perovdata: halide-perovskite synapses, from a composition or a measured curve to vision accuracy.

The names below are the Python face; they give the same results as the commands of the same name.
They are imported on first use, so that ``import perovdata`` stays quick.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_FACE = {
    "InputError": "perovdata.errors",
    "parse": "perovdata.chemistry",
    "load_synapses": "perovdata.dataset",
    "load_benchmarks": "perovdata.dataset",
    "load_properties": "perovdata.dataset",
    "load_bandgaps": "perovdata.dataset",
    "load_absorption": "perovdata.dataset",
    "SynapseDesign": "perovdata.dataset",
    "predict": "perovdata.models",
    "fit": "perovdata.fitting",
    "simulate": "perovdata.studies",
    "compare": "perovdata.studies",
}

__all__ = ["__version__", *sorted(_FACE)]


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(import_module(_FACE[name]), name)
    raise AttributeError(f"module 'perovdata' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
