"""The device's design as far as the text tells: stack, stimulus, morphology, type, wavelength, thickness."""

from __future__ import annotations

import re
from typing import Any

from perovdata.dataset.reading.document import Document
from perovdata.dataset.reading.formats.headings import own_part
from perovdata.dataset.reading.grammar.text import plain, sentences
from perovdata.dataset.reading.materials import mentions

_LAYER = r"[A-Za-z0-9αβγδ₀-₉()\[\]:.,@+%\u2013-]+(?: (?:QDs?|NCs?|NWs?|film|\(\d+ ?nm\)))?"
_STACK = re.compile(rf"(?<![\w/]){_LAYER}(?: ?/ ?{_LAYER}){{2,}}")
_ELECTRODE = re.compile(
    r"(?:p\+\+?-?|n\+\+?-?)?(?:ITO|FTO|Au|Ag|Al|Pt|Cu|W|Ti|TiN|Ni|Cr|Pd|C|carbon|graphene"
    r"|EGaIn|Mg|Mo|LiF|AZO|IZO|PET|glass|Si|SiO2|Ta|Zn|Ca|rGO|AgNWs?)(?: ?\(.*\))?",
    re.IGNORECASE,
)
_BOTTOM = re.compile(r"(?:ITO|FTO|AZO|IZO|Si|SiO2|glass|PET|PEN|p\+.*|n\+.*)", re.IGNORECASE)
_SUBSTRATE = re.compile(r"(?:glass|PET|PEN|PI|Si|SiO2|mica)", re.IGNORECASE)
_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "morphology": (
        (
            "composite-film",
            r"(?:perovskite|QDs?|nanocrystals?|\w+[IlrI]\d?)[ /:-]*(?:polymer|PMMA|PVP|PVK"
            r"|polystyrene|PEO) (?:composite|blend|film)|polymer composite|nanocomposite",
        ),
        ("nanocrystal", r"quantum dots?|\bP?QDs?\b|nanocrystals?|\bP?NCs?\b"),
        ("nanowire", r"nanowires?|\bNWs?\b|microwires?"),
        ("nanosheet", r"nanosheets?|nanoplate(?:let)?s?|exfoliated|flakes?"),
        ("single-crystal", r"single[- ]crystal(?:s|line)?"),
        ("polycrystalline-film", r"polycrystalline|thin[- ]films?|spin-?coat\w*|perovskite films?"),
    ),
    "device_type": (
        ("floating-gate-transistor", r"floating[- ]gate"),
        ("electrochemical-transistor", r"electrochemical transistors?|\bOECTs?\b"),
        (
            "3T-transistor",
            r"photo-?transistors?|field-effect transistors?|\bO?FETs?\b|synaptic transistors?"
            r"|transistors?",
        ),
        (
            "2T-photosynapse",
            r"two-terminal (?:optoelectronic|photonic|optical) synap\w+|photonic synap\w+"
            r"|optoelectronic synap\w+|photomemristors?|optical synap\w+",
        ),
        (
            "2T-memristor",
            r"memristors?|memristive|resistive[- ]switching|RRAM|ReRAM|resistive memor\w+"
            r"|two-terminal",
        ),
        ("photodiode", r"photodiodes?"),
    ),
    "geometry": (
        ("crossbar", r"cross-?bars?|cross-?point"),
        ("lateral", r"lateral (?:device|memristor|structure|synap)\w*|planar (?:device|electrodes)"),
        ("vertical", r"vertical (?:device|structure|memristor)\w*|sandwich\w*"),
    ),
    "mechanism": (
        (
            "halide-vacancy-migration",
            r"(?:halide|iodide|iodine|bromide|bromine|chlorid?e?)[- ](?:ion )?vacanc(?:y|ies)"
            r"|\bV_?(?:I|Br)\b",
        ),
        ("metal-filament", r"(?:silver|Ag|copper|Cu|metallic) (?:conductive |conducting )?filaments?"),
        ("charge-trapping", r"(?:charge|carrier|electron|hole)[- ]?(?:de)?trapping"),
        ("ion-migration", r"ion(?:ic)? migration"),
    ),
}
_COMPILED = {
    k: [(t, re.compile(p, 0 if k == "morphology" else re.IGNORECASE)) for t, p in v]
    for k, v in _RULES.items()
}
_OPTICAL = re.compile(
    r"(?:light|optical|photonic|laser|UV|illumination) (?:pulses?|spikes?|stimul\w+)"
    r"|light-stimulated|photo-?synap\w+|optical synap\w+|photonic synap\w+"
    r"|phototransistors?",
    re.IGNORECASE,
)
_ELECTRICAL = re.compile(
    r"(?:voltage|electrical|electric|bias|current|presynaptic) (?:pulses?|spikes?"
    r"|stimul\w+|sweeps?)|SET voltage|set voltage|memrist\w+|resistive switching",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"optoelectronic (?:memrist|synap|stimul)\w*|both (?:optical|light) and electrical"
    r"|electrical and optical|photo-?memristors?|light-assisted",
    re.IGNORECASE,
)
_WAVE = re.compile(
    r"(\d{3,4}) ?nm (?:\w+ )?(?:light|laser|illumination|LED|pulses?)|wavelengths? (?:of "
    r"|is |= ?)?(\d{3,4}) ?nm|λ ?= ?(\d{3,4}) ?nm"
)
_THICK = re.compile(
    r"(\d+(?:\.\d+)?)[ -]?nm[- ]thick (?:\w+ )?(?:perovskite|film|layer|[A-Z]\w*\d)"
    r"|(?:perovskite|film|active)[\w ]{0,20} thickness (?:of |is |was |~ ?|about"
    r" )*(\d+(?:\.\d+)?) ?nm"
)
_NUMBER_LAYERS = re.compile(r"\(n = (\d+)\)$")


def stack_parts(stack: str) -> dict[str, Any]:
    """Electrodes of a stack where an end tells which is the bottom: ITO, FTO, silicon or a substrate."""
    layers = [layer.strip() for layer in stack.split("/")]
    out: dict[str, Any] = {"stack": "/".join(layers)}
    inner = [layer for layer in layers if not _SUBSTRATE.fullmatch(layer)]
    if len(inner) < 2:
        return out
    first, last = _BOTTOM.fullmatch(layers[0]), _BOTTOM.fullmatch(layers[-1])
    if bool(first) == bool(last):
        return out
    bottom, top = (inner[0], inner[-1]) if first else (inner[-1], inner[0])
    if _ELECTRODE.fullmatch(bottom) and _ELECTRODE.fullmatch(top):
        out |= {"bottom_electrode": bottom, "top_electrode": top}
    return out


def design_of(document: Document, composition: str | None) -> dict[str, Any]:
    """Design columns of the paper's device, for one of its compositions.

    Parameters
    ----------
    document : Document
    composition : str or None

    Returns
    -------
    dict
        Only what the text tells.
    """
    out: dict[str, Any] = {}
    if composition:
        match = _NUMBER_LAYERS.search(composition)
        out["composition"] = composition[: match.start()].strip() if match else composition
        if match:
            out["n_layers"] = int(match[1])
    passages = [plain(p.text) for p in document.passages if own_part(p.place.section)]
    text = "\n".join(passages)
    out |= _stack(passages, composition)
    head = (
        "\n".join(plain(p.text) for p in document.passages if p.place.section in ("title", "abstract"))
        or text
    )
    for column, rules in _COMPILED.items():
        term = _first(rules, head) or (_first(rules, text) if column != "mechanism" else None)
        if term:
            out[column] = term
    out |= _stimulus(text)
    waves = {int(next(g for g in m.groups() if g)) for m in _WAVE.finditer(text)}
    if waves and out.get("stimulus") != "electrical":
        out["wavelength_nm"] = min(waves)
        if len(waves) > 1:
            out["wavelength_max_nm"] = max(waves)
    thickness = _THICK.search(text)
    if thickness:
        out["thickness_nm"] = float(thickness[1] or thickness[2])
    return out


def _first(rules: list[tuple[str, re.Pattern[str]]], text: str) -> str | None:
    return next((term for term, pattern in rules if pattern.search(text)), None)


def _stimulus(text: str) -> dict[str, str]:
    optical, electrical = bool(_OPTICAL.search(text)), bool(_ELECTRICAL.search(text))
    if _BOTH.search(text) and (optical or electrical):
        return {"stimulus": "optoelectronic"}
    if optical and electrical:
        return {"stimulus": "optoelectronic"}
    return {"stimulus": "optical"} if optical else {"stimulus": "electrical"} if electrical else {}


def _stack(passages: list[str], composition: str | None) -> dict[str, Any]:
    """The stack that names the composition, or the only one of the paper."""
    found: list[tuple[str, set[str]]] = []
    known: dict[str, str] = {}
    for passage in passages:
        mentions(passage, known)
    for passage in passages:
        for _, sentence in sentences(passage):
            for match in _STACK.finditer(sentence):
                words = re.sub(r"\s*/\s*", "/", match[0]).strip(".,;:()")
                layers = words.split("/")
                named = {f for m in mentions(words, known).found for f in m.formulas}
                electrodes = sum(bool(_ELECTRODE.fullmatch(layer.strip())) for layer in layers)
                if electrodes >= 2 and (named or "perovskite" in words.lower() or len(layers) >= 3):
                    found.append((words, named))
    fitting = [s for s, named in found if composition and composition in named] or [
        s for s, named in found if not named
    ]
    return stack_parts(fitting[0]) if fitting else {}
