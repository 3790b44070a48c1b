"""Words for quantities that are no metric: they claim their numbers so that no metric does."""

from __future__ import annotations

from perovdata.dataset.reading.grammar.cue import Cue, wording

OTHER_CUES: tuple[Cue, ...] = (
    wording(
        "",
        "A",
        r"compliance(?: currents?)?|\bI_?CC?\b|dark currents?|off[- ]?(?:state )?currents?"
        r"|leakage|photocurrents?|\bE?I?PSCs?\b|post-?synaptic|on[- ]?(?:state )?currents?"
        r"|read(?:ing)? currents?|current compliance|drain",
    ),
    wording(
        "",
        "V",
        r"read(?:ing|-?out|s)?(?: (?:voltages?|bias(?:es)?|at|pulses?|with))?|\bV_?\{?(?:read"
        r"|GS?|DS|D|bias|oc)\}?\b|(?<!floating-)(?<!floating )gate(?: (?:voltages?|bias"
        r"|pulses?))?|drain(?:[- ](?:source )?(?:voltages?|bias))?|source-drain|sweep\w*|swept"
        r"|scan\w*|forming(?: voltages?)?|electroform\w+|open-?circuit(?: voltages?)?"
        r"|built-?in|under (?:a )?bias|(?:a|constant|fixed|applied|external|reverse|forward)"
        r" bias(?: (?:of|voltage))*|biased|self-powered",
    ),
    wording("", "s", r"(?:carrier|PL|fluorescence|photoluminescence)?[ -]?lifetimes?|\bPL\b|\bTRPL\b"),
    wording(
        "", "s", r"(?:interval|delay|spacing|separation|time)s? between (?:\w+ ){0,3}?(?:pulses?|spikes?)"
    ),
    wording("", "s", r"apart\b", -0.5),  # beside the number: surer than the pulses before it
    wording("", "V", r"\bat(?= [-+±]?[\d.]+ ?m?V)|measured", 1.6),
    wording(
        "",
        "s",
        r"interval\w*|[ΔD]t\b|delay|spac\w+|separat\w+|\bperiods?\b|anneal\w*"
        r"|heat\w*|bak\w+|spin\w*|stirr\w*|dr(?:ied|ying)|illuminat\w+(?: time)?|exposure(?:"
        r" time)?|irradiat\w+|immers\w+|train(?:ing|ed)?(?: time)?|wait\w*|fall(?: time)?"
        r"|sonicat\w+|deposit\w+|grow\w*|evaporat\w+|every|frame|dipp\w+|kept at|rest(?:ing)?"
        r" (?:for|time)",
    ),
    wording(
        "",
        "%",
        r"humidity|\bRH\b|dop(?:ed|ing|ant)|efficienc\w+|\bPCE\b|\bI?P?E?QE\b|quantum yields?"
        r"|\bPLQY\b|transmi\w+|transparen\w+|degrad\w+|loss(?:es)?|of (?:its|their|the)"
        r" (?:initial|original)|sparsity|strain\w*|stretch\w*|shrink\w*|drop\w*|noise"
        r"|contents?|concentrations?|substitut\w+|error|dropout|overlap|coverage|remain\w*"
        r"|confidence",
    ),
    wording(
        "",
        "%",
        r"increas\w+|reduc\w+|enhanc\w+|improv\w+|decreas\w+|higher|lower|decay\w*|declin\w+"
        r"|fell",
        2.0,
    ),
    wording(
        "",
        "1",
        r"(?:aspect|molar|volume|weight|mass|signal[- ]to[- ]noise|S/N|noise|stoichiometric"
        r"|Poisson|branching|intensity|feed|precursor|mole|mixing)[- ](?:\w+ )?ratio|tolerance"
        r" factor|ideality(?: factor)?|octahedral factor|R\^?2|slope|exponent|power law|factor"
        r" of|\bfold\b|learning rate|index of|refractive|epochs?|n-value|\bgain of|dielectric"
        r"|by a factor|numbers? of (?:pulses|cycles|epochs|layers|devices)|pulse numbers?",
    ),
    wording(
        "",
        "cycles pulses",
        r"variation\w*|variability|potentiat\w+|depress\w+|LTP|LTD|thermal"
        r" cycl\w+|temperature cycl\w+|train(?:s|ed|ing)?\b|spik\w+|epoch\w*|heating|stimul\w+"
        r"|learn\w*|rehears\w*",
    ),
    wording(
        "",
        "states bits",
        r"gr[ae]y(?:[- ]?scale)?(?: levels?)?|quanti[sz]\w+|\bADCs?\b|\bDACs?\b|converters?"
        r"|image|pixel|energy levels?|trap\w*|surface states?|defect\w*|input\w*"
        r"|fixed[- ]point|floating|software|weights? (?:were|are) (?:quanti|round|clip)\w+"
        r"|encod\w+|logic|binary (?:code|string|sequence)|keys?\b|sequence|combinations"
        r"|pattern",
    ),
    wording("", "J", r"photon energ\w+|pulse energ(?:y|ies) of the laser|laser|search energ\w+"),
    wording("", "J/m2", r"fluences?|dos(?:e|age)s?|laser|pump\w*|light|excitation|optical|illuminat\w+|UV"),
    wording(
        "",
        "W",
        r"(?:optical|light|laser|incident|illuminat\w+|input|irradiation|LED)(?: \w+)?"
        r" ?power\w*|laser|light|lamp",
    ),
    wording(
        "",
        "eV",
        r"work functions?|\bHOMO\b|\bLUMO\b|photon energ\w+|valence|conduction|Fermi|binding"
        r" energ\w+|affinit\w+|formation energ\w+|Schottky|barrier height\w*|injection"
        r"|traps?\b|deep|excit\w+|offset",
    ),
    wording("", "A/W", r"(?!)"),
)
