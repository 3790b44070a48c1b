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


_SET = r"V_?\{?SET\}?|V_?on\b|SET (?:switching )?(?:voltages?|bias|potential)|SET (?:process|transition|operation|event)|(?:turn|switch)-on voltages?|writ(?:e|ing) voltages?|voltages? for (?:the )?SET|OFF[- ]to[- ]ON transition"
_RESET = r"V_?\{?RESET\}?|RESET (?:switching )?(?:voltages?|bias|potential)|RESET (?:process|transition|operation|event)|(?:turn|switch)-off voltages?|eras(?:e|ing) voltages?|ON[- ]to[- ]OFF transition"
_PAIR = r"\bSET ?(?:/|-|\u2013| and ) ?RESET\b(?: ?(?:switching|threshold|operating|operation))?(?: ?(?:voltages?|bias(?:es)?|potentials?|processes|transitions|events))?|V_?\{?SET\}? ?(?:/|,|and) ?V_?\{?RESET\}?|write ?(?:/|-| and ) ?erase voltages?"
_RIAP = r"\bRESET ?(?:/|-|\u2013| and ) ?SET\b(?: ?(?:switching))?(?: ?(?:voltages?|bias(?:es)?|potentials?|processes))?|V_?\{?RESET\}? ?(?:/|,|and) ?V_?\{?SET\}?"
_STATES = r"(?:high|low|H|L)[- ]?(?:resistance|resistive|conductance|R)?[- ]?(?:states?|RS)?"
_RATIO = (
    r"(?:\b(?:ON|I_?ON|R_?ON)\s?(?:/|-|\u2013|to)\s?(?:OFF|I_?OFF|R_?OFF)\b(?: ?\([^)]{0,20}\))?(?: (?:current|resistance|switching|conductance|memory))*(?: ?ratios?| window)?"
    r"|\b(?:R_?OFF|I_?LRS|R_?HRS|HRS|R_?H)\s?(?:/|-|\u2013|to)\s?(?:R_?ON|I_?HRS|R_?LRS|LRS|R_?L)\b(?: (?:current|resistance))*(?: ?ratios?)?|\bLRS/HRS(?: ratios?)?"
    r"|(?:resistance|resistive|current|switching|memory|light[- /](?:to[- ])?dark|photo[- ]?(?:to[- ])?dark|bright[- /](?:to[- ])?dark|extinction)[- ]?(?:switching|window|current|resistance)?[- ](?:ratios?|contrast)"
    r"|(?:switching|resistance|memory) window|ratios? (?:between|of) (?:the )?(?:high|low|on|off|HRS|LRS|resistance|current|two states)[^,;.]{0,40}?(?=\s(?:of|is|was|reach|exceed|above|as|that|up|over|~|larger|greater|more|at))"
    r"|\bon[- ]?off\b(?! current))"
)

_ALL = (
    # pairs first: of two cues that begin at one place the longer wins
    _cue("set_voltage reset_voltage", "V", _PAIR),
    _cue("reset_voltage set_voltage", "V", _RIAP),
    _cue("c2c_variation d2d_variation", "%", r"cycle-to-cycle(?: \(C2C\))? and device-to-device(?: \(D2D\))?(?: variations?| variability)?|\bC2C ?(?:/|and) ?D2D\b"),
    _cue("d2d_variation c2c_variation", "%", r"device-to-device(?: \(D2D\))? and cycle-to-cycle(?: \(C2C\))?(?: variations?| variability)?|\bD2D ?(?:/|and) ?C2C\b"),
    _cue("on_off_ratio", "1", _RATIO),
    _cue("dynamic_range", "1", r"dynamic (?:range|ratio)|G_?max ?/ ?G_?min|(?:conductance|weight)(?: (?:modulation|change|tuning|update|dynamic))* (?:range|ratio)|modulation (?:range|ratio)"),
    _cue("rectification_ratio", "1", r"rectif(?:ication|ying)(?: \w+)? ?ratio|rectification"),
    _cue("nonlinearity", "1", r"non-?linearit(?:y|ies)(?: (?:factors?|labels?|coefficients?|parameters?|values?|ind(?:ex|ices)|degrees?))*(?: \((?:NL|α|ν|β|v)\w?\))?|\bNL(?:_?[pdPD]|LTP|LTD)?\b(?! factor)|asymmetr(?:y|ic)(?: \w+)? ?(?:factor|ratio)s?|\bα_?\{?[pd]\}?\b|linearity factor"),
    _cue("ppf_index", "% 1", r"\bPPF\b(?: ?(?:ind(?:ex|ices)|ratios?|values?))*|paired[- ]pulse[- ]facilitation(?: ?\(PPF\))?(?: ?(?:ind(?:ex|ices)|ratios?|values?))*"),
    _cue("set_voltage", "V", rf"\b(?:{_SET})"),
    _cue("reset_voltage", "V", rf"\b(?:{_RESET})"),
    _cue("operating_voltage", "V", r"(?:operat(?:ing|ion|ional)|working|driv(?:ing|e)|programming|stimul(?:us|ation|ating)|spik(?:ing|e)|pulse|switching|actuation|supply|action)(?:[- ]pulse)? (?:voltages?|bias(?:es)?|potentials?|amplitudes?)|\boperat(?:es?|ed|ing)\b|(?:low|small)[- ]voltage operation|\bvoltage operation|(?:voltage )?amplitudes?|(?:switching|operation) (?:occurs )?at"),
    _cue("threshold_voltage", "V", r"threshold(?:[- ]switching)?(?: \(TS\))?(?: voltages?| potential| bias)|V_?\{?th\}?\b|threshold(?= of)"),
    _cue("set_voltage", "V", r"\bset (?:at|with|by|below|under)(?=[^;]{0,60}\breset\b)"),
    _cue("reset_voltage", "V", r"\breset (?:at|with|by|below|under)\b"),
    _cue("memory_window", "V", r"memory window|hysteresis window|(?:threshold[- ]voltage|V_?th) (?:shift|window)|(?:shift|change) (?:of|in) (?:the )?threshold voltage|[ΔD]V_?th"),
    _cue("energy_per_event", "J", r"energ(?:y|ies|etic)(?: (?:consumption|dissipation|cost|expenditure|usage|budget|per))*|consum(?:es?|ed|ing|ption)|dissipat\w+|expend\w*|requir(?:es?|ed|ing)|costs?\b|power consumption"),
    _cue("areal_energy", "J/m2", r"energ(?:y|ies)(?: (?:consumption|dissipation|density|per))*|consum(?:es?|ed|ing|ption)|costs?\b|requir(?:es?|ed|ing)|dissipat\w+"),
    _cue("power_per_event", "W", r"power(?: (?:consumption|dissipation|cost|per))*|consum(?:es?|ed|ing|ption)|dissipat\w+"),
    _cue("program_current", "A", r"(?:program(?:ming)?|operat(?:ing|ion|ional)|switching|writ(?:e|ing)|\bSET|\bRESET)[ _-]currents?|\bI_?RESET"),
    _cue("n_states", "states bits", r"(?:conductance|resistance|memory|distinct|discrete|distinguishable|separate|analog(?:ue)?|non-?volatile|intermediate|stable|storage|multi-?|weight|current|optical|transmittance|programmable)[- ]?(?:conductance|resistance|resistive|memory|storage|current|weight)? ?(?:states?|levels?)|multi-?(?:level|bit|state)\w*|storage|resolution|precision|\bbits? per (?:cell|device)|number of (?:\w+ )?(?:states|levels)"),
    _cue("n_states", "bits", r"memor(?:y|ies)|cells?|synap\w+|weights?|devices?", 0.3),
    _cue("n_states", "1", r"numbers? of (?:\w+ ){0,3}(?:states|levels)"),
    _cue("retention", "s", r"retention(?: time)?(?: ?\(τ\w?\))|retention(?: (?:times?|characteristics?|tests?|periods?|capability|performance|properties))*|retain(?:s|ed|ing)?|(?:states?|data|memory) (?:\w+ ){0,3}(?:maintained|preserved|kept|held|persist(?:s|ed)?|last(?:s|ed)?|stable)|non-?volatil\w+|(?:both|all|two|the|resistance|conductance|memory) (?:\w+ )?states? (?:\w+ ){0,3}(?:stable|maintained|held|unchanged|preserved|kept|distinguishable)|\bheld\b|data storage"),
    _cue("retention", "s", r"(?:hold|keep|kept|stay|remain|preserv|maintain|sustain|stor|memori[sz])\w*(?: [\w^]+){0,4}?(?= (?:for|over|up to|beyond|more|at least|even after|after)\b)|\bnon-?volatile\b|\b(?:no|not|without|negligible|little|hardly)(?: \w+){0,2} (?:degrad|deteriorat|chang|decay|los[st]|fail|fluctuat|drift|variation)\w*", 0.5),
    _cue("memory_decay", "s", r"(?:relaxation|(?<!without )(?<!visible )(?<!obvious )(?<!no )(?<!noticeable )(?<!significant )(?<!any )(?<!apparent )(?<!negligible )decay|forgetting|fading|recovery)(?:[- ]time)?(?:[- ](?:constants?|times?))?|time constants?|\bτ_?\{?[12fsd]?\}?(?:fast|slow)?\b|half-?life(?:time)?|(?:EPSC|IPSC|photocurrent|PSC|response|PPC|photoconductivity) (?:\w+ ){0,4}(?:lasts?|persist\w*|decay\w*|vanish\w*|relax\w*)|short-term memory(?: (?:time|duration))?|memory (?:time|duration)s?|persistent photo\w+|fades?\b|relax(?:es)?\b|decays?\b|persists?\b"),
    _cue("endurance", "cycles pulses", r"\bendur\w+|cycl(?:ing|ic|ability|e)(?: (?:stability|durability|reliability|endurance|life|test)\w*)|(?:switching|SET/RESET|write/erase|erase/write|program/erase|programming|P/E|DC|dc|I-V|sweep(?:ing)?|operation|consecutive|successive|repeated|repetitive|continuous|reversible|memory)(?: \w+){0,2} cycles|switch(?:ed|es|ing)?\b(?: \w+){0,5}?(?= for|over|more| at least| up to)|cycles (?:of|without)|reproducib\w+|repeatab\w+|durab\w+|cycled|withst\w+|surviv\w+|tolerat\w+|sustain\w*|lifetime|\bruns?\b(?= for)|(?:operat|work)\w*(?= for| over| up to| beyond| more)"),
    _cue("bending_endurance", "cycles bends", r"\b(?:bend(?:s|ing|ed)?|bent|flex(?:ed|ing)|fold(?:ing|ed)|flexib\w+|mechanical)(?: \w+)?(?: (?:cycles|tests?|endurance|times|durability|stability))*"),
    _cue("ambient_stability", "s", r"(?:air|ambient|environmental|storage|shelf|long-term|atmospheric|moisture|operational)[- ]?(?:stability|stable|storage|lifetime|life)|stor(?:ed|age|ing)|\bag(?:ed|ing|eing)\b|(?:expos\w+|left|kept|placed|stable|unencapsulated|without encapsulation)(?: \w+){0,4} (?:air|ambient|atmosphere|humidity|conditions)|in (?:ambient )?air|ambient (?:air|conditions?|atmosphere|environment)|shelf"),
    _cue("switching_time memory_decay", "s", r"\brise(?: times?)? ?(?:/|and) ?decay(?: times?)?"),
    _cue("switching_time -", "s", r"\b(?:rise(?: times?)? ?(?:/|and) ?fall|response ?(?:/|and) ?recovery)(?: times?)?"),
    _cue("switching_time", "s", r"(?:switching|SET|RESET|response|responding|rise|rising|writing|write|erase|operation|operating|programming)(?:[- /](?:switching|rise|decay|fall|recovery))?[- ](?:times?|speeds?)|switch(?:es|ed|ing)? (?:on |off )?(?:with)?in|respon(?:ds?|se) (?:with)?in|speed|\b(?:turn|switch)\w* (?:on|off)\b|\b(?:on|off)(?= within)|\bτ_?rise|\bt_?(?:rise|on)\b"),
    _cue("pulse_width", "s", r"pulse[- ](?:widths?|durations?|lengths?)|widths?(?! ratio)|\bspikes?\b(?= (?:of|with|lasting))|wide\b|pulsed"),
    _cue("pulse_width", "s", r"(?:\w+ )?pulses?\b", 0.9),
    _cue("c2c_variation", "%", r"cycle-to-cycle(?: \(C2C\))?(?: variations?| variability| deviation)?|\bC2C\b(?: variations?)?|temporal variation|cyclic variation"),
    _cue("d2d_variation", "%", r"device-to-device(?: \(D2D\))?(?: variations?| variability| deviation)?|\bD2D\b(?: variations?)?|cell-to-cell(?: variations?| variability)?|spatial variation"),
    _cue("responsivity", "A/W", r"responsivit\w+|respond|\bR\b|gain"),
    _cue("detectivity", "Jones", r"detectivit\w+|D\*|detect\w*"),
    _cue("activation_energy", "eV", r"(?:activation|migration|hopping)(?: (?:energ\w+|barriers?))+|\bE_?a\b|barriers? (?:for|of|to) (?:\w+ ){0,4}(?:migration|hopping|motion)"),
    _cue("bandgap", "eV", r"band[- ]?gaps?|\bE_?g\b|energy gap"),
    _cue("yield", "%", r"(?:device|fabrication|array|production|switching|working|operational|high|a)? ?\byield\b"),
    _cue("accuracy", "% 1", r"accurac(?:y|ies)|recognition (?:rates?|precision)|classification (?:rates?|precision)|recogni[sz]\w+ (?:with|at)|F1[- ]?score"),
    # quantities that are no metric: they claim their numbers so that no metric does
    _cue("", "A", r"compliance(?: currents?)?|\bI_?CC?\b|dark currents?|off[- ]?(?:state )?currents?|leakage|photocurrents?|\bE?I?PSCs?\b|post-?synaptic|on[- ]?(?:state )?currents?|read(?:ing)? currents?|current compliance|drain"),
    _cue("", "V", r"read(?:ing|-?out|s)?(?: (?:voltages?|bias(?:es)?|at|pulses?|with))?|\bV_?\{?(?:read|GS?|DS|D|bias|oc)\}?\b|(?<!floating-)(?<!floating )gate(?: (?:voltages?|bias|pulses?))?|drain(?:[- ](?:source )?(?:voltages?|bias))?|source-drain|sweep\w*|swept|scan\w*|forming(?: voltages?)?|electroform\w+|open-?circuit(?: voltages?)?|built-?in|under (?:a )?bias|(?:a|constant|fixed|applied|external|reverse|forward) bias(?: (?:of|voltage))*|biased|self-powered"),
    _cue("", "V", r"\bat(?= [-+±]?[\d.]+ ?m?V)|measured", 1.6),
    _cue("", "s", r"interval\w*|\bapart\b|[ΔD]t\b|delay|spac\w+|separat\w+|\bperiods?\b|anneal\w*|heat\w*|bak\w+|spin\w*|stirr\w*|dr(?:ied|ying)|illuminat\w+(?: time)?|exposure(?: time)?|irradiat\w+|immers\w+|train(?:ing|ed)?(?: time)?|wait\w*|fall(?: time)?|sonicat\w+|deposit\w+|grow\w*|evaporat\w+|every|frame|dipp\w+|kept at|rest(?:ing)? (?:for|time)"),
    _cue("", "%", r"humidity|\bRH\b|dop(?:ed|ing|ant)|efficienc\w+|\bPCE\b|\bI?P?E?QE\b|quantum yields?|\bPLQY\b|transmi\w+|transparen\w+|degrad\w+|loss(?:es)?|of (?:its|their|the) (?:initial|original)|sparsity|strain\w*|stretch\w*|shrink\w*|drop\w*|noise|contents?|concentrations?|substitut\w+|error|dropout|overlap|coverage|remain\w*|confidence"),
    _cue("", "%", r"increas\w+|reduc\w+|enhanc\w+|improv\w+|decreas\w+|higher|lower|decay\w*|declin\w+|fell", 2.0),
    _cue("", "1", r"(?:aspect|molar|volume|weight|mass|signal[- ]to[- ]noise|S/N|noise|stoichiometric|Poisson|branching|intensity|feed|precursor|mole|mixing)[- ](?:\w+ )?ratio|tolerance factor|ideality(?: factor)?|octahedral factor|R\^?2|slope|exponent|power law|factor of|\bfold\b|learning rate|index of|refractive|epochs?|n-value|\bgain of|dielectric|by a factor|numbers? of (?:pulses|cycles|epochs|layers|devices)|pulse numbers?"),
    _cue("", "cycles pulses", r"after (?=\d)|variation\w*|variability|potentiat\w+|depress\w+|LTP|LTD|thermal cycl\w+|temperature cycl\w+|train(?:s|ed|ing)?\b|spik\w+|epoch\w*|heating|stimul\w+|learn\w*|rehears\w*"),
    _cue("", "states bits", r"gr[ae]y(?:[- ]?scale)?(?: levels?)?|quanti[sz]\w+|\bADCs?\b|\bDACs?\b|converters?|image|pixel|energy levels?|trap\w*|surface states?|defect\w*|input\w*|fixed[- ]point|floating|software|weights? (?:were|are) (?:quanti|round|clip)\w+|encod\w+|logic|binary (?:code|string|sequence)|keys?\b|sequence|combinations|pattern"),
    _cue("", "J", r"photon energ\w+|pulse energ(?:y|ies) of the laser|laser|search energ\w+"),
    _cue("", "J/m2", r"fluences?|dos(?:e|age)s?|laser|pump\w*|light|excitation|optical|illuminat\w+|UV"),
    _cue("", "W", r"(?:optical|light|laser|incident|illuminat\w+|input|irradiation|LED)(?: \w+)? ?power\w*|laser|light|lamp"),
    _cue("", "eV", r"work functions?|\bHOMO\b|\bLUMO\b|photon energ\w+|valence|conduction|Fermi|binding energ\w+|affinit\w+|formation energ\w+|Schottky|barrier height\w*|injection|traps?\b|deep|excit\w+|offset"),
    _cue("", "A/W", r"(?!)"),
)  # fmt: skip

CUES: tuple[Cue, ...] = _ALL
