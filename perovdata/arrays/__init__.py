"""How many synapses behave together: crossbars, their wires and converters, writing, training, cost."""

from perovdata.arrays.online import OnlineResult, train_online
from perovdata.arrays.protocol import NEUROSIM, NEUROSIM_SHIFTED, SOFTWARE, Protocol

__all__ = ["NEUROSIM", "NEUROSIM_SHIFTED", "SOFTWARE", "OnlineResult", "Protocol", "train_online"]
