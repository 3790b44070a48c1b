"""How many synapses behave together: crossbars, their wires and converters, writing, training, cost."""

from perovdata.arrays.crossbar import Crossbar, CrossbarState
from perovdata.arrays.design import Design
from perovdata.arrays.inference import infer
from perovdata.arrays.online import OnlineResult, train_online
from perovdata.arrays.protocol import NEUROSIM, NEUROSIM_SHIFTED, SOFTWARE, Protocol

__all__ = [
    "NEUROSIM",
    "NEUROSIM_SHIFTED",
    "SOFTWARE",
    "Crossbar",
    "CrossbarState",
    "Design",
    "OnlineResult",
    "Protocol",
    "infer",
    "train_online",
]
