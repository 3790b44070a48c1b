"""How wordings found in papers map to the closed lists.

Explicit, reviewed pairs only: a wording that is not listed is an error, not a guess. Where a term is
coarser than the wording, the second entry keeps the difference for the ``design_notes`` column.
"""

from __future__ import annotations

from perovdata.dataset.schema.vocabularies import VOCABULARIES

_ = ""  # nothing is lost by the mapping

_SYNONYMS: dict[str, dict[str, tuple[str, str]]] = {
    "device_type": {
        "all-optical synapse": ("all-optical", "potentiated and depressed by light"),
        "all-photonic synapse (transmittance)": ("all-optical", "the weight is an optical transmittance"),
        "artificial neuron (2t-memristor + series capacitor)": (
            "2T-memristor",
            "neuron with a series capacitor",
        ),
        "capacitive photoreceptor": ("capacitor", "light-dependent capacitance"),
        "electroluminescent synapse": ("light-emitting-memory", "emission is an output besides the current"),
        "2t-memristor (light-emitting memory)": ("light-emitting-memory", "memory cell that also emits"),
        "2t-memristor (photosensor)": ("2T-memristor", "also a photosensor"),
        "2t-synapse": ("2T-memristor", "two-terminal synapse, writing stimulus not told"),
        "optical synapse": ("other", "optical synapse, number of terminals not told"),
        "photosynapse": ("other", "photosynapse, number of terminals not told"),
        "organic-electrochemical-transistor": ("electrochemical-transistor", "organic channel"),
        "oect": ("electrochemical-transistor", "organic channel"),
        "memristor": ("2T-memristor", _),
        "phototransistor": ("3T-transistor", _),
        "transistor": ("3T-transistor", _),
    },
    "mechanism": {
        "depletion-width modulation with ion conduction": ("mixed", "depletion width and ion conduction"),
        "halide-ion migration filament": ("halide-vacancy-migration", "halide-ion filament"),
        "ionic diffusion (volatile) / drift (non-volatile), electrochemical": (
            "ion-migration",
            "electrochemical; diffusion (volatile), drift (non-volatile)",
        ),
        "water-mediated phase transition": ("phase-transition", "hydration and dehydration"),
        "schottky-modulation with iodide-vacancy migration": (
            "mixed",
            "Schottky barrier and iodide vacancies",
        ),
        "capacitive-coupled memory": ("other", "capacitively coupled memory effect"),
        "electronic effect and conductive filament": ("mixed", "electronic effect and filament"),
        "light-controlled transmittance": ("other", "light changes the transmittance"),
        "charge transfer between mapbi3 and pvk, with filaments": ("mixed", "charge transfer, filaments"),
        "halide-ion migration at the interface": ("halide-vacancy-migration", "halide ions at the interface"),
        "schottky-modulation and halide-vacancy-migration": ("mixed", "Schottky barrier, halide vacancies"),
        "photovoltage gating": ("photogating", "a photovoltage drives the gate"),
        "ion-exciton coupling": ("other", "ions and excitons coupled"),
        "not settled": ("not stated", "sources disagree on the mechanism"),
        "photoinduced halide segregation": ("halide-segregation", _),
        "photo-induced phase transition": ("phase-transition", "driven by light"),
        "asymmetric contact barriers": ("schottky-modulation", "barriers of unlike electrodes"),
        "photogenerated electron accumulation at the heterojunction": (
            "other",
            "photoelectrons gather at a heterojunction",
        ),
        "silver and iodide-vacancy channels with a self-formed heterojunction": (
            "mixed",
            "silver and iodide-vacancy channels, self-formed heterojunction",
        ),
        "negative photoconductivity": ("other", "conductance falls under light"),
        "electrochromic memory driven by perovskite photocurrent": (
            "other",
            "photocurrent switches an electrochromic layer",
        ),
        "metal-filament and halide-vacancy-migration": ("mixed", "metal filament and halide vacancies"),
        "ion migration, carrier trapping and recombination at a type-i 2d/3d heterojunction": (
            "mixed",
            "ions, traps and recombination at a 2D/3D junction",
        ),
        "vacancy": ("ion-migration", "vacancies"),
        "metal-filament (li)": ("metal-filament", "lithium filament"),
    },
    "on_off_kind": {
        "resistance": ("resistance-ratio", _),
        "current": ("resistance-ratio", _),
        "memory": ("memory-window", _),
        "acoustic": ("other-stimulus", "sound"),
    },
    "dynamic_range_kind": {
        "conductance modulation range": ("modulation-range", _),
        "potentiation/depression range": ("pulse-train", _),
        "synaptic weight range, formula not stated": ("not stated", "weight range, formula not given"),
        "gmax/gmin": ("modulation-range", _),
    },
    "endurance_type": {"dc": ("dc-cycles", _), "dc cycles": ("dc-cycles", _), "pulse": ("pulses", _)},
    "energy_definition": {
        "electrical": ("electrical-input", _),
        "optical": ("optical-input", _),
        "read": ("read-out", _),
        "electrical readout": ("read-out", _),
        "readout": ("read-out", _),
    },
    "power_definition": {"device power, not per event": ("device-power", _)},
    "ppf_definition": {
        "converted from ratio": ("A2/A1", _),
        "ratio": ("A2/A1", _),
        "a2/a1 x 100": ("A2/A1", _),
        "converted from (a2-a1)/a1": ("(A2-A1)/A1", _),
        "converted from (a2-a1)/a1 (assumed)": ("(A2-A1)/A1 assumed", _),
    },
    "nonlinearity_definition": {
        "long-term potentiation linearity, formula not stated": ("not stated", _),
        "long-term depression linearity, formula not stated": ("not stated", _),
        "asymmetric factor": ("asymmetric-factor", _),
        "neurosim": ("neurosim-label", _),
        "neurosim label": ("neurosim-label", _),
    },
    "state_kind": {"current": ("conductance", "current levels"), "resistance": ("conductance", _)},
    "decay_kind": {
        "fading-memory time constant": ("time-constant", _),
        "slow relaxation time": ("slow-time-constant", _),
        "fast relaxation time": ("fast-time-constant", _),
        "half-life of the photocurrent": ("half-life", _),
        "time to recover the initial value (short-term plasticity)": (
            "duration",
            "back to the initial value",
        ),
        "duration of persistent photocurrent": ("duration", "persistent photocurrent"),
    },
    "switching_kind": {
        "response time (fastest)": ("photoresponse", "fastest response"),
        "optical switching response time": ("photoresponse", _),
        "write/erase time": ("set and reset", _),
        "write": ("set", _),
        "erase": ("reset", _),
    },
    "current_kind": {"reset current": ("reset", _), "set current": ("set", _)},
}


def to_term(vocabulary: str, wording: str) -> tuple[str, str] | None:
    """Find the term of a closed list for a wording.

    Parameters
    ----------
    vocabulary : str
        Name of the closed list.
    wording : str
        A term of the list, or a wording of a source.

    Returns
    -------
    tuple of (term, finer wording) or None
        None if the wording is neither a term nor a listed synonym.
    """
    text = " ".join(wording.split())
    for term in VOCABULARIES[vocabulary]:
        if term.casefold() == text.casefold():
            return term, ""
    return _SYNONYMS.get(vocabulary, {}).get(text.casefold())
