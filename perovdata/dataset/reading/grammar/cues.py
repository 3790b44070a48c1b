"""Words that say what a number is a number of."""

from __future__ import annotations

from perovdata.dataset.reading.grammar.cue import Cue, wording
from perovdata.dataset.reading.grammar.other_cues import OTHER_CUES

_SET = (
    r"V_?\{?SET\}?|V_?on\b|SET (?:switching )?(?:voltages?|bias|potential)|SET (?:process"
    r"|transition|operation|event)|(?:turn|switch)-on voltages?|writ(?:e|ing) voltages?"
    r"|voltages? for (?:the )?SET|OFF[- ]to[- ]ON transition|(?:HRS"
    r"|OFF(?: state)?) (?:in)?to (?:the )?(?:LRS|ON)\b"
    r"|(?:turn|return|go|switch)\w*(?: back)? (?:in)?to (?:the |its )?(?:LRS|ON\b"
    r"|low[- ]resistance)(?: state)?"
)
_RESET = (
    r"V_?\{?RESET\}?|RESET (?:switching )?(?:voltages?|bias|potential)|RESET (?:process"
    r"|transition|operation|event)|(?:turn|switch)-off voltages?|eras(?:e|ing) voltages?"
    r"|ON[- ]to[- ]OFF transition|(?:LRS|ON(?: state)?) (?:in)?to (?:the )?(?:HRS|OFF)\b"
    r"|(?:turn|return|go|switch)\w*(?: back)? (?:in)?to (?:the |its )?(?:HRS|OFF\b"
    r"|high[- ]resistance)(?: state)?"
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

_METRIC_CUES = (
    # pairs first: of two cues that begin at one place the longer wins
    wording("set_voltage reset_voltage", "V", _PAIR),
    wording("reset_voltage set_voltage", "V", _RIAP),
    wording(
        "c2c_variation d2d_variation",
        "%",
        r"cycle-to-cycle(?: \(C2C\))? and device-to-device(?: \(D2D\))?(?: variations?|"
        r" variability)?|\bC2C ?(?:/|and) ?D2D\b",
    ),
    wording(
        "d2d_variation c2c_variation",
        "%",
        r"device-to-device(?: \(D2D\))? and cycle-to-cycle(?: \(C2C\))?(?: variations?|"
        r" variability)?|\bD2D ?(?:/|and) ?C2C\b",
    ),
    wording("on_off_ratio", "1", _RATIO),
    wording("on_off_ratio", "1", r"selectivity"),
    wording(
        "dynamic_range",
        "1",
        r"dynamic (?:range|ratio)|ratio of (?:the )?max\w* (?:to|and"
        r"|over) (?:the )?min\w* (?:conductance|weight)s?"
        r"|G_?max ?/ ?G_?min|(?:conductance|weight)(?: (?:modulation"
        r"|change|tuning|update|dynamic))* (?:range|ratio)|modulation (?:range|ratio)",
    ),
    wording(
        "rectification_ratio",
        "1",
        r"rectif(?:ication|ying)(?: \w+)? ?ratio|rectif\w+(?: by a factor of)?",
    ),
    wording(
        "nonlinearity",
        "1",
        r"non-?linearit(?:y|ies)(?: (?:factors?|labels?|coefficients?|parameters?|values?"
        r"|ind(?:ex|ices)|degrees?))*(?: \((?:NL|α|ν|β|v)\w?\))?|\bNL(?:_?[pdPD]|LTP"
        r"|LTD)?\b(?! factor)|asymmetr(?:y|ic)(?: \w+)? ?(?:factor|ratio)s?|\bα_?\{?[pd]\}?\b"
        r"|linearity factor",
    ),
    wording(
        "ppf_index",
        "% 1",
        r"\bPPF\b(?: ?(?:ind(?:ex|ices)|ratios?|values?))*|paired[- ]pulse[- ]facilitation(?:"
        r" ?\(PPF\))?(?: ?(?:ind(?:ex|ices)|ratios?|values?))*",
    ),
    wording("ppf_index", "%", r"facilitat\w+"),
    wording("set_voltage", "V", rf"\b(?:{_SET})"),
    wording("reset_voltage", "V", rf"\b(?:{_RESET})"),
    wording(
        "operating_voltage",
        "V",
        r"(?:operat(?:ing|ion|ional)|working|driv(?:ing|e)|programming|stimul(?:us|ation"
        r"|ating)|spik(?:ing|e)|pulse|switching|actuation|supply|action)(?:[- ]pulse)?"
        r" (?:voltages?|bias(?:es)?|potentials?|amplitudes?)|\boperat(?:es?|ed|ing)\b|(?:low"
        r"|small)[- ]voltage operation|\bvoltage operation|(?:voltage )?amplitudes?"
        r"|(?:pulse|spike) heights?|(?<=V )(?:operation|switching|programming|(?:(?!read|gate"
        r"|light)\w+ )?(?:pulses?|spikes?))"
        r"|(?:switching|operation) (?:occurs )?at|(?:switch|work|run|function)\w* (?:at|below|under"
        r"|with)\b",
    ),
    wording(
        "operating_voltage", "V", r"(?:spikes?|pulses?|stimul(?:us|i))(?= (?:of|with)\b| \()|suffices?\b", 0.3
    ),
    wording("operating_voltage", "V", r"(?:switching|operation) (?:only )?(?:requires?|needs?|takes)\b"),
    wording(
        "threshold_voltage",
        "V",
        r"threshold(?:[- ]switching)?(?: \(TS\))?(?: voltages?| potential| bias)|V_?\{?th\}?\b"
        r"|threshold(?= of)",
    ),
    wording("set_voltage", "V", r"\bset (?:at|with|by|below|under)(?=[^;]{0,60}\breset\b)"),
    wording("set_voltage", "V", r"SET (?:occurs?|happens?|takes place|is|was)\b"),
    wording("reset_voltage", "V", r"RESET (?:occurs?|happens?|takes place|is|was)\b"),
    wording(
        "threshold_voltage -",
        "V",
        r"threshold (?:voltage )?(?:\(\w+\) )?(?:and|/) hold(?:ing)? voltages?(?: \(\w+\))?"
        r"|V_?th (?:and|/) V_?hold",
    ),
    wording("set_voltage", "V", r"(?:turn|switch)\w*[- ]on\b"),
    wording("reset_voltage", "V", r"(?:turn|switch)\w*[- ]off\b"),
    wording("reset_voltage", "V", r"\breset (?:at|with|by|below|under)\b"),
    wording(
        "memory_window",
        "V",
        r"memory window|hysteresis window|(?:threshold[- ]voltage|V_?th) (?:shift|window)"
        r"|(?:shift|change)s?(?: of| in)? (?:the )?threshold voltage|[ΔD]V_?th",
    ),
    wording(
        "energy_per_event",
        "J",
        r"energ(?:y|ies|etic)(?: (?:consumption|dissipation|cost|expenditure|usage|budget"
        r"|per))*|consum(?:es?|ed|ing|ption)|dissipat\w+|expend\w*|requir(?:es?|ed|ing)"
        r"|costs?\b|power consumption",
    ),
    wording(
        "areal_energy",
        "J/m2",
        r"energ(?:y|ies)(?: (?:consumption|dissipation|density|per))*|consum(?:es?|ed|ing"
        r"|ption)|costs?\b|requir(?:es?|ed|ing)|dissipat\w+",
    ),
    wording(
        "power_per_event",
        "W",
        r"power(?: (?:consumption|dissipation|cost|per))*|consum(?:es?|ed|ing|ption)"
        r"|dissipat\w+",
    ),
    wording(
        "program_current",
        "A",
        r"draw(?:s|n|ing)?\b|(?:program(?:ming)?|operat(?:ing|ion|ional)|switching|writ(?:e|ing)|\bSET"
        r"|\bRESET)[ _-]currents?|\bI_?RESET",
    ),
    wording(
        "n_states",
        "states bits",
        r"(?:conductance|resistance|memory|distinct|discrete|distinguishable|separate"
        r"|analog(?:ue)?|non-?volatile|intermediate|stable|storage|multi-?|weight|current"
        r"|optical|transmittance|programmable)[- ]?(?:conductance|resistance|resistive|memory"
        r"|storage|current|weight)? ?(?:states?|levels?)|multi-?(?:level|bit|state)\w*|storage"
        r"|resolution|precision|\bbits? per (?:cell|device)|number of (?:\w+ )?(?:states"
        r"|levels)",
    ),
    wording(
        "n_states",
        "bits",
        r"memor(?:y|ies)|cells?|synap\w+|weights?|devices?|conductances?|tun(?:ed|able|ing)|resolv\w+"
        r"|stor(?:e|es|ed|ing)\b",
        0.3,
    ),
    wording("n_states", "1", r"numbers? of (?:\w+ ){0,3}(?:states|levels)"),
    wording(
        "retention",
        "s",
        r"retention(?: time)?(?: ?\(τ\w?\))|retention(?: (?:times?|characteristics?|tests?"
        r"|periods?|capability|performance|properties))*|retain(?:s|ed|ing)?|(?:states?|data"
        r"|memory) (?:\w+ ){0,3}(?:maintained|preserved|kept|held|persist(?:s|ed)?|last(?:s"
        r"|ed)?|stable)|non-?volatil\w+|(?:both|all|two|the|resistance|conductance|memory)"
        r" (?:\w+ )?states? (?:\w+ ){0,3}(?:stable|maintained|held|unchanged|preserved|kept"
        r"|monitored|recorded|tracked|followed"
        r"|distinguishable)|\bheld\b|data storage",
    ),
    wording(
        "retention",
        "s",
        r"(?:hold|keep|kept|stay|remain|preserv|maintain|sustain|stor|memori[sz])\w*(?:"
        r" [^\s,;]+){0,6}?(?= (?:for|over|up to|beyond|more|at least|even after|after)\b)"
        r"|\bnon-?volatile\b|\b(?:no|not|without|negligible|little|hardly)(?: \w+){0,2}"
        r" (?:degrad|deteriorat|chang|decay|los[st]|fail|fluctuat|drift|variation)\w*",
        0.5,
    ),
    wording(
        "memory_decay",
        "s",
        r"(?:relaxation|(?<!without )(?<!visible )(?<!obvious )(?<!no )(?<!noticeable"
        r" )(?<!significant )(?<!any )(?<!apparent )(?<!negligible )decay|forgetting|fading"
        r"|recovery)(?:[- ]time)?(?:[- ](?:constants?|times?))?|time constants?"
        r"|\bτ_?\{?[12fsd]?\}?(?:fast|slow)?\b|half-?life(?:time)?|(?:EPSC|IPSC|photocurrent"
        r"|PSC|response|PPC|photoconductivity) (?:\w+ ){0,4}(?:lasts?|persist\w*|decay\w*"
        r"|vanish\w*|relax\w*)|short-term memory(?: (?:time|duration))?|memory (?:time"
        r"|duration)s?|characteristic times?|persistent photo\w+|fad(?:es?|ed|ing)\b|relax(?:es)?\b"
        r"|decays?\b|persists?\b"
        r"|(?:fall|return|relax|recover|decay|drop|go)\w* (?:back )?to (?:its|the|their|zero|a)?"
        r" ?(?:initial|original|dark|resting|base\w*|rest)(?: \w+)?",
    ),
    wording("memory_decay", "s", r"last(?:s|ed)?\b|forg[eo]t\w*|remember\w*|vanish\w*|disappear\w*", 1.0),
    wording(
        "endurance",
        "cycles pulses",
        r"(?:no|none)(?: [\w-]+){0,3} fail\w*|(?:no|without)(?: \w+)? (?:failure|fatigue|breakdown"
        r"|errors?)",
        0.5,
    ),
    wording(
        "endurance",
        "cycles",
        r"pass(?:es|ed)?\b"
        r"|alive|br(?:eak"
        r"|oke)\w*(?: down)?|complet\w+|perform\w*|ran\b|(?:work|function)\w*"
        r"(?= (?:\w+ )?after)|(?:open|close)\w*(?= after)",
        0.5,
    ),
    wording(
        "endurance",
        "cycles pulses",
        r"\bendur\w+|cycl(?:ing|ic|ability|e)(?: (?:stability|durability|reliability|endurance"
        r"|life|test)\w*)|(?:switching|SET/RESET|write/erase|erase/write|program/erase"
        r"|programming|P/E|DC|dc|I-V|sweep(?:ing)?|operation|consecutive|successive|repeated"
        r"|repetitive|continuous|reversible|memory)(?: \w+){0,2} cycles|switch(?:ed|es"
        r"|ing)?\b(?: [\w.]+){0,5}?(?= for|over|more| at least| up to)|cycles (?:of|without)"
        r"|reproducib\w+|repeatab\w+|durab\w+|cycled|withst\w+|surviv\w+|tolerat\w+|sustain\w*"
        r"|lifetime|\bruns?\b(?= for)|(?:operat|work)\w*(?= for| over| up to| beyond| more)",
    ),
    wording("endurance", "1", r"endurance(?: \w+)?"),
    wording(
        "bending_endurance",
        "cycles bends",
        r"\b(?:bend(?:s|ing|ed)?|bent|flex(?:ed|ing)|fold(?:ing|ed)|flexib\w+|mechanical)(?:"
        r" \w+)?(?: (?:cycles|tests?|endurance|times|durability|stability))*",
    ),
    wording(
        "ambient_stability",
        "s",
        r"(?:air|ambient|environmental|storage|shelf|long-term|atmospheric|moisture"
        r"|operational)[- ]?(?:stability|stable|storage|lifetime|life)|stor(?:ed|age|ing)"
        r"|\bag(?:ed|ing|eing)\b|(?:expos\w+|left|kept|placed|stable|unencapsulated|without"
        r" encapsulation)(?: \w+){0,4} (?:air|ambient|atmosphere|humidity|conditions)|in"
        r" (?:\w+ )?air|ambient (?:air|conditions?|atmosphere|environment)|shelf",
    ),
    wording("switching_time memory_decay", "s", r"\brise(?: times?)? ?(?:/|and) ?decay(?: times?)?"),
    wording(
        "switching_time -",
        "s",
        r"\b(?:rise(?: times?)? ?(?:/|and) ?fall|response ?(?:/|and) ?recovery)(?: times?)?",
    ),
    wording(
        "switching_time",
        "s",
        r"(?:switching|SET|RESET|response|responding|rise|rising|writing|write|erase|operation"
        r"|operating|programming)(?:[- /](?:switching|rise|decay|fall|recovery))?[- ](?:times?"
        r"|speeds?)|switch(?:es|ed|ing)? (?:on |off )?(?:with)?in|respon(?:ds?|se) (?:with)?in"
        r"|speed|\b(?:turn|switch)\w*[- ](?:on|off)\b(?: times?| takes)?|\b(?:on|off)(?= within)|\bτ_?rise"
        r"|\bt_?(?:rise|on)\b",
    ),
    wording(
        "pulse_width",
        "s",
        r"pulse[- ](?:widths?|durations?|lengths?)|widths?(?! ratio)|\bspikes?\b(?= (?:of|with"
        r"|lasting))|wide\b|pulsed",
    ),
    wording("pulse_width", "s", r"(?<!paired-)(?<!paired )(?:(?!paired)\w+ )?pulses?\b", 0.9),
    wording(
        "switching_time",
        "s",
        r"(?:SET|RESET|switching|writing|erasing)\b(?=[^,;.]{0,25} (?:takes?|took|within)\b)|\b(?:SET"
        r"|RESET) in(?= \d)"
        r"|(?<=[mnµp]s )(?:programming|switching|writing|eras\w+|operation)\b",
    ),
    wording(
        "c2c_variation",
        "%",
        r"(?:between|over|among) (?:\w+ )?cycles"
        r"|(?:from )?cycle[- ]to[- ]cycle(?: \(C2C\))?(?: variations?| variability| deviation)?|\bC2C\b(?:"
        r" variations?)?|temporal variation|cyclic variation",
    ),
    wording(
        "d2d_variation",
        "%",
        r"(?:between|across|among) (?:\w+ )?(?:devices|cells)|(?:from )?(?:device[- ]to[- ]device"
        r"|cell[- ]to[- ]cell)(?: \(D2D\))?"
        r"(?: variations?| variability| deviation)?|\bD2D\b(?: variations?)?|spatial variation",
    ),
    wording("responsivity", "A/W", r"responsivit\w+|respond|\bR\b|gain"),
    wording("detectivity", "Jones", r"detectivit\w+|D\*|detect\w*"),
    wording(
        "activation_energy",
        "eV",
        r"(?:activation|migration|hopping)(?: (?:energ\w+|barriers?))+|\bE_?a\b|barriers?"
        r" (?:for|of|to|against) (?:\w+ ){0,4}(?:migration|hopping|motion)",
    ),
    wording("bandgap", "eV", r"band[- ]?gaps?|\bE_?g\b|energy gap"),
    wording(
        "yield",
        "%",
        r"(?:device|fabrication|array|production|switching|working|operational|high|a)?"
        r" ?\byield\b|(?:cells|devices|memristors|pixels|crosspoints) (?:were |are )?(?:work|function"
        r"|operat)\w*",
    ),
    wording(
        "accuracy",
        "% 1",
        r"accurac(?:y|ies)|recognition (?:rates?|precision)|classification (?:rates?"
        r"|precision)|(?:recogni[sz]|identif|classif)\w+ (?:[\w-]+ ){0,4}?(?:with|at)\b|F1[- ]?score",
    ),
    wording(
        "accuracy",
        "%",
        r"(?:networks?|perceptrons?|classifiers?|models?|MNIST|CIFAR-10|CNN|SNN|ANN) (?:\w+ ){0,3}?(?:reach"
        r"|attain|achiev|scor|giv|yield)\w*",
        0.5,
    ),
    wording(
        "switching_time",
        "s",
        r"(?:fast|rapid|quick|ultrafast|short) (?:photo)?(?:response|switching)|response(?="
        r" of)|rises? (?:with)?in\b",
        0.3,
    ),
    wording("", "V", r"hold(?:ing)? voltages?|\bV_?hold\b"),
    wording(
        "endurance",
        "cycles",
        r"(?:remain|maintain|stay|kept|keep|stable|unchanged|degrad|without|preserv|retain)\w*"
        r"(?= (?:[^\s;]+ ){0,6}?(?:after|over|for|during|throughout|up to)\b)",
        1.0,
    ),
    wording("", "cycles pulses", r"after (?=\d)", 2.0),
    wording("ambient_stability", "s", r"(?:work|function|operat)\w*(?= (?:for|over|after)\b)", 1.0),
    wording("ambient_stability", "s", r"\bstable\b(?= (?:for|over|up to|more|at least))", 0.3),
    wording("operating_voltage", "V", r"\b(?:suffic\w+|trigger\w*|driven (?:by|at|with))\b", 0.5),
    wording("on_off_ratio", "1", r"\bwindow(?= (?:of|above|over|exceed|is|was|stayed|remain))"),
)

CUES: tuple[Cue, ...] = (*_METRIC_CUES, *OTHER_CUES)
