"""Words that say what a number is a number of: metrics, and quantities that are none."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["CUES", "Cue"]


@dataclass(frozen=True)
class Cue:
    """A wording and what it stands for.

    Parameters
    ----------
    metrics : tuple of str
        Metric that the number belongs to; two for a pair such as SET/RESET; empty for a quantity that is no
        metric, whose numbers are left alone.
    pattern : re.Pattern
        The wording.
    dimensions : frozenset of str
        Dimensions of the numbers that it can claim.
    handicap : float
        Words by which it counts as farther away: a vague wording yields to a telling one.
    """

    metrics: tuple[str, ...]
    pattern: re.Pattern[str]
    dimensions: frozenset[str]
    handicap: float = 0.0


def _cue(metrics: str, dimensions: str, pattern: str, handicap: float = 0.0) -> Cue:
    return Cue(
        tuple(metrics.split()), re.compile(pattern, re.IGNORECASE), frozenset(dimensions.split()), handicap
    )


_SET = (
    r"V_?\{?SET\}?|V_?on\b|SET (?:switching )?(?:voltages?|bias|potential)|SET (?:process"
    r"|transition|operation|event)|(?:turn|switch)-on voltages?|writ(?:e|ing) voltages?"
    r"|voltages? for (?:the )?SET|OFF[- ]to[- ]ON transition"
)
_RESET = (
    r"V_?\{?RESET\}?|RESET (?:switching )?(?:voltages?|bias|potential)|RESET (?:process"
    r"|transition|operation|event)|(?:turn|switch)-off voltages?|eras(?:e|ing) voltages?"
    r"|ON[- ]to[- ]OFF transition"
)
_PAIR = (
    r"\bSET ?(?:/|-|\u2013| and ) ?RESET\b(?: ?(?:switching|threshold|operating"
    r"|operation))?(?: ?(?:voltages?|bias(?:es)?|potentials?|processes|transitions|events))?"
    r"|V_?\{?SET\}? ?(?:/|,|and) ?V_?\{?RESET\}?|write ?(?:/|-| and ) ?erase voltages?"
)
_RIAP = (
    r"\bRESET ?(?:/|-|\u2013| and ) ?SET\b(?: ?(?:switching))?(?: ?(?:voltages?|bias(?:es)?"
    r"|potentials?|processes))?|V_?\{?RESET\}? ?(?:/|,|and) ?V_?\{?SET\}?"
)
_STATES = r"(?:high|low|H|L)[- ]?(?:resistance|resistive|conductance|R)?[- ]?(?:states?|RS)?"
_RATIO = (
    r"(?:\b(?:ON|I_?ON|R_?ON)\s?(?:/|-|\u2013|to)\s?(?:OFF|I_?OFF|R_?OFF)\b(?:"
    r" ?\([^)]{0,20}\))?(?: (?:current|resistance|switching|conductance|memory))*(?:"
    r" ?ratios?| window)?"
    r"|\b(?:R_?OFF|I_?LRS|R_?HRS|HRS|R_?H)\s?(?:/|-|\u2013|to)\s?(?:R_?ON|I_?HRS|R_?LRS"
    r"|LRS|R_?L)\b(?: (?:current|resistance))*(?: ?ratios?)?|\bLRS/HRS(?: ratios?)?"
    r"|(?:resistance|resistive|current|switching|memory|light[- /](?:to[- ])?dark"
    r"|photo[- ]?(?:to[- ])?dark|bright[- /](?:to[- ])?dark|extinction)[- ]?(?:switching"
    r"|window|current|resistance)?[- ](?:ratios?|contrast)"
    r"|(?:switching|resistance|memory) window|ratios? (?:between|of) (?:the )?(?:high|low"
    r"|on|off|HRS|LRS|resistance|current|two states)[^,;.]{0,40}?(?=\s(?:of|is|was|reach"
    r"|exceed|above|as|that|up|over|~|larger|greater|more|at))"
    r"|\bon[- ]?off\b(?! current))"
)

_ALL = (
    # pairs first: of two cues that begin at one place the longer wins
    _cue("set_voltage reset_voltage", "V", _PAIR),
    _cue("reset_voltage set_voltage", "V", _RIAP),
    _cue(
        "c2c_variation d2d_variation",
        "%",
        r"cycle-to-cycle(?: \(C2C\))? and device-to-device(?: \(D2D\))?(?: variations?|"
        r" variability)?|\bC2C ?(?:/|and) ?D2D\b",
    ),
    _cue(
        "d2d_variation c2c_variation",
        "%",
        r"device-to-device(?: \(D2D\))? and cycle-to-cycle(?: \(C2C\))?(?: variations?|"
        r" variability)?|\bD2D ?(?:/|and) ?C2C\b",
    ),
    _cue("on_off_ratio", "1", _RATIO),
    _cue(
        "dynamic_range",
        "1",
        r"dynamic (?:range|ratio)|G_?max ?/ ?G_?min|(?:conductance|weight)(?: (?:modulation"
        r"|change|tuning|update|dynamic))* (?:range|ratio)|modulation (?:range|ratio)",
    ),
    _cue("rectification_ratio", "1", r"rectif(?:ication|ying)(?: \w+)? ?ratio|rectification"),
    _cue(
        "nonlinearity",
        "1",
        r"non-?linearit(?:y|ies)(?: (?:factors?|labels?|coefficients?|parameters?|values?"
        r"|ind(?:ex|ices)|degrees?))*(?: \((?:NL|α|ν|β|v)\w?\))?|\bNL(?:_?[pdPD]|LTP"
        r"|LTD)?\b(?! factor)|asymmetr(?:y|ic)(?: \w+)? ?(?:factor|ratio)s?|\bα_?\{?[pd]\}?\b"
        r"|linearity factor",
    ),
    _cue(
        "ppf_index",
        "% 1",
        r"\bPPF\b(?: ?(?:ind(?:ex|ices)|ratios?|values?))*|paired[- ]pulse[- ]facilitation(?:"
        r" ?\(PPF\))?(?: ?(?:ind(?:ex|ices)|ratios?|values?))*",
    ),
    _cue("set_voltage", "V", rf"\b(?:{_SET})"),
    _cue("reset_voltage", "V", rf"\b(?:{_RESET})"),
    _cue(
        "operating_voltage",
        "V",
        r"(?:operat(?:ing|ion|ional)|working|driv(?:ing|e)|programming|stimul(?:us|ation"
        r"|ating)|spik(?:ing|e)|pulse|switching|actuation|supply|action)(?:[- ]pulse)?"
        r" (?:voltages?|bias(?:es)?|potentials?|amplitudes?)|\boperat(?:es?|ed|ing)\b|(?:low"
        r"|small)[- ]voltage operation|\bvoltage operation|(?:voltage )?amplitudes?"
        r"|(?:switching|operation) (?:occurs )?at",
    ),
    _cue(
        "threshold_voltage",
        "V",
        r"threshold(?:[- ]switching)?(?: \(TS\))?(?: voltages?| potential| bias)|V_?\{?th\}?\b"
        r"|threshold(?= of)",
    ),
    _cue("set_voltage", "V", r"\bset (?:at|with|by|below|under)(?=[^;]{0,60}\breset\b)"),
    _cue("reset_voltage", "V", r"\breset (?:at|with|by|below|under)\b"),
    _cue(
        "memory_window",
        "V",
        r"memory window|hysteresis window|(?:threshold[- ]voltage|V_?th) (?:shift|window)"
        r"|(?:shift|change) (?:of|in) (?:the )?threshold voltage|[ΔD]V_?th",
    ),
    _cue(
        "energy_per_event",
        "J",
        r"energ(?:y|ies|etic)(?: (?:consumption|dissipation|cost|expenditure|usage|budget"
        r"|per))*|consum(?:es?|ed|ing|ption)|dissipat\w+|expend\w*|requir(?:es?|ed|ing)"
        r"|costs?\b|power consumption",
    ),
    _cue(
        "areal_energy",
        "J/m2",
        r"energ(?:y|ies)(?: (?:consumption|dissipation|density|per))*|consum(?:es?|ed|ing"
        r"|ption)|costs?\b|requir(?:es?|ed|ing)|dissipat\w+",
    ),
    _cue(
        "power_per_event",
        "W",
        r"power(?: (?:consumption|dissipation|cost|per))*|consum(?:es?|ed|ing|ption)"
        r"|dissipat\w+",
    ),
    _cue(
        "program_current",
        "A",
        r"(?:program(?:ming)?|operat(?:ing|ion|ional)|switching|writ(?:e|ing)|\bSET"
        r"|\bRESET)[ _-]currents?|\bI_?RESET",
    ),
    _cue(
        "n_states",
        "states bits",
        r"(?:conductance|resistance|memory|distinct|discrete|distinguishable|separate"
        r"|analog(?:ue)?|non-?volatile|intermediate|stable|storage|multi-?|weight|current"
        r"|optical|transmittance|programmable)[- ]?(?:conductance|resistance|resistive|memory"
        r"|storage|current|weight)? ?(?:states?|levels?)|multi-?(?:level|bit|state)\w*|storage"
        r"|resolution|precision|\bbits? per (?:cell|device)|number of (?:\w+ )?(?:states"
        r"|levels)",
    ),
    _cue("n_states", "bits", r"memor(?:y|ies)|cells?|synap\w+|weights?|devices?", 0.3),
    _cue("n_states", "1", r"numbers? of (?:\w+ ){0,3}(?:states|levels)"),
    _cue(
        "retention",
        "s",
        r"retention(?: time)?(?: ?\(τ\w?\))|retention(?: (?:times?|characteristics?|tests?"
        r"|periods?|capability|performance|properties))*|retain(?:s|ed|ing)?|(?:states?|data"
        r"|memory) (?:\w+ ){0,3}(?:maintained|preserved|kept|held|persist(?:s|ed)?|last(?:s"
        r"|ed)?|stable)|non-?volatil\w+|(?:both|all|two|the|resistance|conductance|memory)"
        r" (?:\w+ )?states? (?:\w+ ){0,3}(?:stable|maintained|held|unchanged|preserved|kept"
        r"|distinguishable)|\bheld\b|data storage",
    ),
    _cue(
        "retention",
        "s",
        r"(?:hold|keep|kept|stay|remain|preserv|maintain|sustain|stor|memori[sz])\w*(?:"
        r" [\w^]+){0,4}?(?= (?:for|over|up to|beyond|more|at least|even after|after)\b)"
        r"|\bnon-?volatile\b|\b(?:no|not|without|negligible|little|hardly)(?: \w+){0,2}"
        r" (?:degrad|deteriorat|chang|decay|los[st]|fail|fluctuat|drift|variation)\w*",
        0.5,
    ),
    _cue(
        "memory_decay",
        "s",
        r"(?:relaxation|(?<!without )(?<!visible )(?<!obvious )(?<!no )(?<!noticeable"
        r" )(?<!significant )(?<!any )(?<!apparent )(?<!negligible )decay|forgetting|fading"
        r"|recovery)(?:[- ]time)?(?:[- ](?:constants?|times?))?|time constants?"
        r"|\bτ_?\{?[12fsd]?\}?(?:fast|slow)?\b|half-?life(?:time)?|(?:EPSC|IPSC|photocurrent"
        r"|PSC|response|PPC|photoconductivity) (?:\w+ ){0,4}(?:lasts?|persist\w*|decay\w*"
        r"|vanish\w*|relax\w*)|short-term memory(?: (?:time|duration))?|memory (?:time"
        r"|duration)s?|persistent photo\w+|fades?\b|relax(?:es)?\b|decays?\b|persists?\b",
    ),
    _cue(
        "endurance",
        "cycles pulses",
        r"\bendur\w+|cycl(?:ing|ic|ability|e)(?: (?:stability|durability|reliability|endurance"
        r"|life|test)\w*)|(?:switching|SET/RESET|write/erase|erase/write|program/erase"
        r"|programming|P/E|DC|dc|I-V|sweep(?:ing)?|operation|consecutive|successive|repeated"
        r"|repetitive|continuous|reversible|memory)(?: \w+){0,2} cycles|switch(?:ed|es"
        r"|ing)?\b(?: \w+){0,5}?(?= for|over|more| at least| up to)|cycles (?:of|without)"
        r"|reproducib\w+|repeatab\w+|durab\w+|cycled|withst\w+|surviv\w+|tolerat\w+|sustain\w*"
        r"|lifetime|\bruns?\b(?= for)|(?:operat|work)\w*(?= for| over| up to| beyond| more)",
    ),
    _cue(
        "bending_endurance",
        "cycles bends",
        r"\b(?:bend(?:s|ing|ed)?|bent|flex(?:ed|ing)|fold(?:ing|ed)|flexib\w+|mechanical)(?:"
        r" \w+)?(?: (?:cycles|tests?|endurance|times|durability|stability))*",
    ),
    _cue(
        "ambient_stability",
        "s",
        r"(?:air|ambient|environmental|storage|shelf|long-term|atmospheric|moisture"
        r"|operational)[- ]?(?:stability|stable|storage|lifetime|life)|stor(?:ed|age|ing)"
        r"|\bag(?:ed|ing|eing)\b|(?:expos\w+|left|kept|placed|stable|unencapsulated|without"
        r" encapsulation)(?: \w+){0,4} (?:air|ambient|atmosphere|humidity|conditions)|in"
        r" (?:ambient )?air|ambient (?:air|conditions?|atmosphere|environment)|shelf",
    ),
    _cue("switching_time memory_decay", "s", r"\brise(?: times?)? ?(?:/|and) ?decay(?: times?)?"),
    _cue(
        "switching_time -",
        "s",
        r"\b(?:rise(?: times?)? ?(?:/|and) ?fall|response ?(?:/|and) ?recovery)(?: times?)?",
    ),
    _cue(
        "switching_time",
        "s",
        r"(?:switching|SET|RESET|response|responding|rise|rising|writing|write|erase|operation"
        r"|operating|programming)(?:[- /](?:switching|rise|decay|fall|recovery))?[- ](?:times?"
        r"|speeds?)|switch(?:es|ed|ing)? (?:on |off )?(?:with)?in|respon(?:ds?|se) (?:with)?in"
        r"|speed|\b(?:turn|switch)\w* (?:on|off)\b|\b(?:on|off)(?= within)|\bτ_?rise"
        r"|\bt_?(?:rise|on)\b",
    ),
    _cue(
        "pulse_width",
        "s",
        r"pulse[- ](?:widths?|durations?|lengths?)|widths?(?! ratio)|\bspikes?\b(?= (?:of|with"
        r"|lasting))|wide\b|pulsed",
    ),
    _cue("pulse_width", "s", r"(?:\w+ )?pulses?\b", 0.9),
    _cue(
        "c2c_variation",
        "%",
        r"cycle-to-cycle(?: \(C2C\))?(?: variations?| variability| deviation)?|\bC2C\b(?:"
        r" variations?)?|temporal variation|cyclic variation",
    ),
    _cue(
        "d2d_variation",
        "%",
        r"device-to-device(?: \(D2D\))?(?: variations?| variability| deviation)?|\bD2D\b(?:"
        r" variations?)?|cell-to-cell(?: variations?| variability)?|spatial variation",
    ),
    _cue("responsivity", "A/W", r"responsivit\w+|respond|\bR\b|gain"),
    _cue("detectivity", "Jones", r"detectivit\w+|D\*|detect\w*"),
    _cue(
        "activation_energy",
        "eV",
        r"(?:activation|migration|hopping)(?: (?:energ\w+|barriers?))+|\bE_?a\b|barriers?"
        r" (?:for|of|to) (?:\w+ ){0,4}(?:migration|hopping|motion)",
    ),
    _cue("bandgap", "eV", r"band[- ]?gaps?|\bE_?g\b|energy gap"),
    _cue(
        "yield",
        "%",
        r"(?:device|fabrication|array|production|switching|working|operational|high|a)?"
        r" ?\byield\b",
    ),
    _cue(
        "accuracy",
        "% 1",
        r"accurac(?:y|ies)|recognition (?:rates?|precision)|classification (?:rates?"
        r"|precision)|recogni[sz]\w+ (?:with|at)|F1[- ]?score",
    ),
    _cue(
        "accuracy",
        "%",
        r"(?:networks?|perceptrons?|classifiers?|models?|MNIST|CIFAR-10|CNN|SNN|ANN) (?:\w+ ){0,3}?(?:reach"
        r"|attain|achiev|scor|giv|yield)\w*",
        0.5,
    ),
    _cue(
        "switching_time",
        "s",
        r"(?:fast|rapid|quick|ultrafast|short) (?:photo)?(?:response|switching)|response(?="
        r" of)|rises? (?:with)?in\b",
        0.3,
    ),
    _cue("", "V", r"hold(?:ing)? voltages?|\bV_?hold\b"),
    _cue(
        "endurance",
        "cycles",
        r"(?:remain|maintain|stay|kept|keep|stable|unchanged|degrad|without|preserv|retain)\w*"
        r"(?= (?:[^\s;]+ ){0,6}?(?:after|over|for|during|throughout|up to)\b)",
        1.0,
    ),
    _cue("", "cycles pulses", r"after (?=\d)", 2.0),
    _cue("ambient_stability", "s", r"\bstable\b(?= (?:for|over|up to|more|at least))", 0.3),
    _cue("operating_voltage", "V", r"\b(?:suffic\w+|trigger\w*|driven (?:by|at|with))\b", 0.5),
    _cue("on_off_ratio", "1", r"\bwindow(?= (?:of|above|over|exceed|is|was|stayed|remain))"),
    # quantities that are no metric: they claim their numbers so that no metric does
    _cue(
        "",
        "A",
        r"compliance(?: currents?)?|\bI_?CC?\b|dark currents?|off[- ]?(?:state )?currents?"
        r"|leakage|photocurrents?|\bE?I?PSCs?\b|post-?synaptic|on[- ]?(?:state )?currents?"
        r"|read(?:ing)? currents?|current compliance|drain",
    ),
    _cue(
        "",
        "V",
        r"read(?:ing|-?out|s)?(?: (?:voltages?|bias(?:es)?|at|pulses?|with))?|\bV_?\{?(?:read"
        r"|GS?|DS|D|bias|oc)\}?\b|(?<!floating-)(?<!floating )gate(?: (?:voltages?|bias"
        r"|pulses?))?|drain(?:[- ](?:source )?(?:voltages?|bias))?|source-drain|sweep\w*|swept"
        r"|scan\w*|forming(?: voltages?)?|electroform\w+|open-?circuit(?: voltages?)?"
        r"|built-?in|under (?:a )?bias|(?:a|constant|fixed|applied|external|reverse|forward)"
        r" bias(?: (?:of|voltage))*|biased|self-powered",
    ),
    _cue("", "V", r"\bat(?= [-+±]?[\d.]+ ?m?V)|measured", 1.6),
    _cue(
        "",
        "s",
        r"interval\w*|\bapart\b|[ΔD]t\b|delay|spac\w+|separat\w+|\bperiods?\b|anneal\w*"
        r"|heat\w*|bak\w+|spin\w*|stirr\w*|dr(?:ied|ying)|illuminat\w+(?: time)?|exposure(?:"
        r" time)?|irradiat\w+|immers\w+|train(?:ing|ed)?(?: time)?|wait\w*|fall(?: time)?"
        r"|sonicat\w+|deposit\w+|grow\w*|evaporat\w+|every|frame|dipp\w+|kept at|rest(?:ing)?"
        r" (?:for|time)",
    ),
    _cue(
        "",
        "%",
        r"humidity|\bRH\b|dop(?:ed|ing|ant)|efficienc\w+|\bPCE\b|\bI?P?E?QE\b|quantum yields?"
        r"|\bPLQY\b|transmi\w+|transparen\w+|degrad\w+|loss(?:es)?|of (?:its|their|the)"
        r" (?:initial|original)|sparsity|strain\w*|stretch\w*|shrink\w*|drop\w*|noise"
        r"|contents?|concentrations?|substitut\w+|error|dropout|overlap|coverage|remain\w*"
        r"|confidence",
    ),
    _cue(
        "",
        "%",
        r"increas\w+|reduc\w+|enhanc\w+|improv\w+|decreas\w+|higher|lower|decay\w*|declin\w+"
        r"|fell",
        2.0,
    ),
    _cue(
        "",
        "1",
        r"(?:aspect|molar|volume|weight|mass|signal[- ]to[- ]noise|S/N|noise|stoichiometric"
        r"|Poisson|branching|intensity|feed|precursor|mole|mixing)[- ](?:\w+ )?ratio|tolerance"
        r" factor|ideality(?: factor)?|octahedral factor|R\^?2|slope|exponent|power law|factor"
        r" of|\bfold\b|learning rate|index of|refractive|epochs?|n-value|\bgain of|dielectric"
        r"|by a factor|numbers? of (?:pulses|cycles|epochs|layers|devices)|pulse numbers?",
    ),
    _cue(
        "",
        "cycles pulses",
        r"variation\w*|variability|potentiat\w+|depress\w+|LTP|LTD|thermal"
        r" cycl\w+|temperature cycl\w+|train(?:s|ed|ing)?\b|spik\w+|epoch\w*|heating|stimul\w+"
        r"|learn\w*|rehears\w*",
    ),
    _cue(
        "",
        "states bits",
        r"gr[ae]y(?:[- ]?scale)?(?: levels?)?|quanti[sz]\w+|\bADCs?\b|\bDACs?\b|converters?"
        r"|image|pixel|energy levels?|trap\w*|surface states?|defect\w*|input\w*"
        r"|fixed[- ]point|floating|software|weights? (?:were|are) (?:quanti|round|clip)\w+"
        r"|encod\w+|logic|binary (?:code|string|sequence)|keys?\b|sequence|combinations"
        r"|pattern",
    ),
    _cue("", "J", r"photon energ\w+|pulse energ(?:y|ies) of the laser|laser|search energ\w+"),
    _cue("", "J/m2", r"fluences?|dos(?:e|age)s?|laser|pump\w*|light|excitation|optical|illuminat\w+|UV"),
    _cue(
        "",
        "W",
        r"(?:optical|light|laser|incident|illuminat\w+|input|irradiation|LED)(?: \w+)?"
        r" ?power\w*|laser|light|lamp",
    ),
    _cue(
        "",
        "eV",
        r"work functions?|\bHOMO\b|\bLUMO\b|photon energ\w+|valence|conduction|Fermi|binding"
        r" energ\w+|affinit\w+|formation energ\w+|Schottky|barrier height\w*|injection"
        r"|traps?\b|deep|excit\w+|offset",
    ),
    _cue("", "A/W", r"(?!)"),
)

CUES: tuple[Cue, ...] = _ALL
