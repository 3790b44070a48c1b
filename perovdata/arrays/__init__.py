"""How many synapses behave together: crossbars, their wires and converters, writing, training, cost."""

from perovdata.arrays.circuit import Design
from perovdata.arrays.cost import Assumptions, Cost, array_cost
from perovdata.arrays.crossbar import Crossbar, CrossbarState
from perovdata.arrays.inference import infer
from perovdata.arrays.online.protocol import NEUROSIM, NEUROSIM_SHIFTED, SOFTWARE, Protocol
from perovdata.arrays.online.software import train_software
from perovdata.arrays.online.train import OnlineResult, train_online
from perovdata.arrays.pulses import apply_pulses
from perovdata.arrays.rules import Cells, FullPulses, MixedPrecision, Rule, StochasticPulses, TikiTaka
from perovdata.arrays.rules_by_name import make_rule, update_rules
from perovdata.arrays.wires import column_currents, effective_conductance

__all__ = [
    "NEUROSIM",
    "NEUROSIM_SHIFTED",
    "SOFTWARE",
    "Assumptions",
    "Cells",
    "Cost",
    "Crossbar",
    "CrossbarState",
    "Design",
    "FullPulses",
    "MixedPrecision",
    "OnlineResult",
    "Protocol",
    "Rule",
    "StochasticPulses",
    "TikiTaka",
    "apply_pulses",
    "array_cost",
    "column_currents",
    "effective_conductance",
    "infer",
    "make_rule",
    "train_online",
    "train_software",
    "update_rules",
]
