"""The closed lists of the tables, each term with its meaning.

A cell of a column with a vocabulary holds exactly one of its terms; :data:`NOT_STATED` says that the
source did not tell, which is not the same as "not applicable" or "absent".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

NOT_STATED = "not stated"
_UNKNOWN = {NOT_STATED: "the source read does not say"}


@dataclass(frozen=True)
class Vocabulary:
    """A closed list of terms.

    Parameters
    ----------
    name : str
        Name of the list, e.g. ``"morphology"``.
    description : str
        What the list tells apart.
    terms : mapping of str to str
        Term to meaning, in the order in which people should read them.
    """

    name: str
    description: str
    terms: Mapping[str, str]

    def __iter__(self) -> Iterator[str]:
        return iter(self.terms)

    def __contains__(self, term: object) -> bool:
        return term in self.terms

    def __len__(self) -> int:
        return len(self.terms)


_ALL = (
    Vocabulary(
        "operator",
        "How a reported number relates to the quantity.",
        {
            "=": "the value as given",
            "~": "about the value",
            ">": "more than the value",
            ">=": "at least the value",
            "<": "less than the value",
            "<=": "at most the value",
            "range": "between value and value_high",
            "up to": "the highest of several, the others not given",
        },
    ),
    Vocabulary(
        "source_kind",
        "Which text the row was read from.",
        {
            "fulltext": "the paper itself",
            "abstract": "the public abstract or opening of the paper",
            "secondary": "another paper's table or text, or a news page",
        },
    ),
    Vocabulary(
        "dimensionality",
        "Connectivity of the metal-halide polyhedra (of the lattice, not of the particle).",
        {
            "3D": "octahedra share corners in three directions, e.g. ABX3 and the double perovskites",
            "quasi-2D": "slabs of n >= 2 octahedral layers, or a mixture of n",
            "2D": "single octahedral layers (n = 1), or another layered metal halide",
            "1D": "chains of polyhedra",
            "0D": "isolated polyhedra or clusters",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "morphology",
        "Form of the perovskite in the device.",
        {
            "polycrystalline-film": "continuous film of grains",
            "single-crystal": "bulk, thin or micrometre-sized single crystal",
            "nanocrystal": "colloidal or grown-in-place nanocrystals, quantum dots included",
            "nanowire": "nanowires, microwires or arrays of them",
            "nanosheet": "exfoliated flakes, nanoplatelets and nanosheets",
            "composite-film": "perovskite dispersed in another phase, mostly a polymer",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "device_type",
        "Electrical layout of one synapse.",
        {
            "2T-memristor": "two terminals, state written electrically",
            "2T-photosynapse": "two terminals, state written by light, read electrically",
            "photodiode": "junction or photovoltaic sensor whose responsivity is the weight",
            "3T-transistor": "gate, source, drain; no separate storage layer named",
            "floating-gate-transistor": "transistor with the perovskite or another layer as storage gate",
            "electrochemical-transistor": "transistor gated by ions of an electrolyte that enter the channel",
            "capacitor": "the capacitance is the state",
            "light-emitting-memory": "two-terminal memory whose state is also shown by emission",
            "all-optical": "state written and read by light",
            "other": "none of these; design_notes says what",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "geometry",
        "How the electrodes lie.",
        {
            "vertical": "current runs through the film between stacked electrodes",
            "lateral": "current runs along the film between electrodes side by side",
            "crossbar": "crossed lines with a vertical device at each crossing",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "stimulus",
        "What writes the state.",
        {
            "electrical": "voltage or current pulses",
            "optical": "light (or X-ray) pulses; a bias may be applied for reading",
            "optoelectronic": "light and voltage both write, together or in turn",
            "other": "another stimulus (sound, pressure ...); design_notes says which",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "mechanism",
        "What changes when the state changes, as claimed by the source.",
        {
            "halide-vacancy-migration": "halide vacancies (or halide ions) move, filaments of them included",
            "ion-migration": "mobile ions, species not said or not a halide vacancy alone",
            "metal-filament": "atoms of an active electrode or dopant form a filament",
            "charge-trapping": "carriers are held in traps, at an interface or in a floating gate",
            "schottky-modulation": "a contact barrier changes height or width",
            "phase-transition": "the crystal or its hydrate changes phase",
            "photogating": "photocarriers or a photovoltage act as a gate",
            "halide-segregation": "mixed halides separate under light",
            "mixed": "two or more of these named together; design_notes says which",
            "other": "none of these; design_notes says what",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "mode",
        "Whether the state stays.",
        {
            "volatile": "the state decays without a stimulus",
            "non-volatile": "the state stays without a stimulus",
            "both": "one device shows both, by choice of the stimulus",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "application",
        "What the source used the device for (a cell may hold several, joined by ';').",
        {
            "image-recognition": "classification of images",
            "in-sensor-preprocessing": "the sensor filters or encodes the image",
            "visual-memory": "images held after the light is off",
            "edge-detection": "contours extracted",
            "color-recognition": "colours told apart",
            "face-recognition": "faces told apart",
            "motion-detection": "moving objects found or followed",
            "reservoir-computing": "fading memory used as a reservoir",
            "associative-learning": "conditioning shown",
            "adaptation": "adaptation to light level shown",
            "logic": "Boolean functions",
            "nociceptor": "pain-like threshold response",
            "encryption": "physical unclonable function or ciphering",
            "other": "another use",
        },
    ),
    Vocabulary(
        "benchmark_kind",
        "Where the synapses of a reported accuracy were.",
        {
            "hardware": "the network ran on fabricated devices",
            "simulated from device data": "a simulated network with measured device behaviour",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "on_off_kind",
        "Which two states an on/off ratio compares.",
        {
            "resistance-ratio": "high over low resistance (or the currents) at the read voltage",
            "light-dark": "current under light over current in the dark",
            "memory-window": "programmed over erased current of a memory transistor",
            "other-stimulus": "with over without another stimulus; conditions says which",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "dynamic_range_kind",
        "How Gmax and Gmin were taken.",
        {
            "pulse-train": "last over first state of a potentiation (or depression) train",
            "modulation-range": "largest over smallest conductance reached by any means",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "endurance_type",
        "What one cycle is.",
        {
            "dc-cycles": "voltage sweeps",
            "pulses": "write and erase pulses between two states",
            "weight-updates": "single potentiation or depression pulses",
            "volatile-cycles": "threshold switching that relaxes by itself",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "energy_definition",
        "Which energy is counted.",
        {
            "electrical-input": "electrical energy of the writing pulse",
            "read-out": "electrical energy dissipated while the response is read",
            "optical-input": "energy of the light that falls on the device",
            "areal": "energy per device area, input not said",
            "neuron-spike": "energy of one output spike of a neuron circuit",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "power_definition",
        "Which power is counted.",
        {
            "per-event": "power during one synaptic event",
            "device-power": "power of the device in operation, not tied to an event",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "ppf_definition",
        "How a paired-pulse index was given; the value column always holds A2/A1 x 100.",
        {
            "A2/A1": "ratio of the second to the first response, as ratio or percent",
            "(A2-A1)/A1": "relative increase; converted by adding 100",
            "(A2-A1)/A1 assumed": "formula not given, read as a relative increase and converted",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "nonlinearity_definition",
        "Which measure of the update's curvature.",
        {
            "neurosim-label": "label of the MLP-NeuroSim table",
            "exponent": "exponent of a fitted update law; conditions says which",
            "asymmetric-factor": "distance between the potentiation and depression branches",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "state_kind",
        "Which quantity the levels are levels of.",
        {
            "conductance": "conductance, resistance or current levels",
            "transmittance": "optical transmittance levels",
            "luminescence": "emission levels",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "retention_kind",
        "How long-term memory was established.",
        {
            "measured": "watched for the whole time: a lower bound unless the state was lost",
            "extrapolated": "read off a fitted decay",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "decay_kind",
        "Which time of a volatile response.",
        {
            "time-constant": "time constant of a fitted decay (single, or not said which)",
            "fast-time-constant": "shorter of two fitted time constants",
            "slow-time-constant": "longer of two fitted time constants",
            "half-life": "time to half of the response",
            "duration": "time until the response is lost or back at its start",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "switching_kind",
        "Which transition was timed.",
        {
            "set": "write, off to on",
            "reset": "erase, on to off",
            "set and reset": "one figure for both",
            "photoresponse": "rise of the response to light",
            "mode-change": "change between two functions of the device",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "current_kind",
        "Which programming current.",
        {
            "set": "current of the set (or compliance current)",
            "reset": "current of the reset",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "array_kind",
        "Whether the array exists.",
        {
            "fabricated": "built and addressed",
            "simulated": "size of a simulated network or a projection",
            **_UNKNOWN,
        },
    ),
    Vocabulary(
        "property_method",
        "How a material property was obtained.",
        {
            "measured": "experiment",
            "calculated": "first-principles or other calculation",
            "parameter": "tabulated or fitted parameter",
            "interpolated": "between the end members (Vegard); conditions gives the rule",
            **_UNKNOWN,
        },
    ),
)

VOCABULARIES: dict[str, Vocabulary] = {v.name: v for v in _ALL}
OPERATORS: Vocabulary = VOCABULARIES["operator"]
