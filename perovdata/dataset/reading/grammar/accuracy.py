"""Recognition accuracies: data set, network, and whether the network was simulated."""

from __future__ import annotations

import re

from perovdata.dataset.reading.document import Evidence
from perovdata.dataset.reading.findings import Accuracy
from perovdata.dataset.reading.grammar.claims import Claim
from perovdata.dataset.reading.grammar.operators import operator_before

_DATASETS = (
    "Fashion-MNIST",
    "MNIST",
    "CIFAR-10",
    "CIFAR-100",
    "N-MNIST",
    "DVS128",
    "EMNIST",
    "ORL",
    "YALE",
    "UCI",
    "Iris",
    "SVHN",
)
_NETWORK = re.compile(
    r"\b(?:CNN|ANN|SNN|DNN|MLP|RNN|LSTM|ResNet-?\d*|VGG-?\d*|reservoir|convolutional"
    r" neural network|spiking neural network"
    r"|artificial neural network|multi-?layer perceptron|perceptron|single-layer neural"
    r" network|deep neural network)\b",
    re.IGNORECASE,
)
_SIMULATED = re.compile(r"\bsimulat\w+|\bNeuroSim\b|\bnumerical", re.IGNORECASE)
_HARDWARE = re.compile(r"\bhardware\b|\bexperimental(?:ly)?\b|\bphysical\b|\bin situ\b", re.IGNORECASE)
_CHANGE = re.compile(r"\b(?:by|drop(?:s|ped)? of|improvement of|increase of|loss of|within|only)\s*~?$")


def accuracy_finding(words: str, claim: Claim, evidence: Evidence) -> Accuracy | None:
    """The accuracy that a claim states; None if the number is none.

    Parameters
    ----------
    words : str
        The sentence in the spelling of ``plain``.
    claim : Claim
        A number with the cue ``accuracy``.
    evidence : Evidence
    """
    q = claim.quantity
    value = q.value
    if q.dimension == "1":
        if not 0 < value <= 1 or claim.cost > 2:
            return None
        value *= 100
    if not 5 <= value <= 100 or q.high is not None or _CHANGE.search(words[: q.start]):
        return None
    near = words[max(0, q.start - 15) : q.start]
    if re.search(r"\bfrom\s*~?$", near) and not re.search(r"\bto\b", words[q.start : q.end]):
        return None  # "rises from 51% to 93%": the first is the state before
    operator, note = operator_before(words, q.start, q.end)
    dataset = _dataset(words, q.start, q.end)
    network = _NETWORK.search(words)
    kind = (
        "simulated from device data"
        if _SIMULATED.search(words)
        else "hardware"
        if _HARDWARE.search(words)
        else "not stated"
    )
    confidence = 0.9 if claim.cost <= 1.5 else 0.7
    return Accuracy(
        float(f"{value:.8g}"),
        operator,
        evidence,
        confidence,
        f"'{claim.cue}' stands near the number",
        None,
        dataset,
        network[0] if network else "",
        kind,
        note,
    )


def _dataset(words: str, start: int, end: int) -> str:
    """The data set named nearest to a number, rather behind it than before; empty if none is named."""
    found = []
    for name in _DATASETS:
        for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?!\w)", words, re.IGNORECASE):
            distance = match.start() - end if match.start() >= end else 2 * (start - match.end())
            found.append((distance, name))
    return min(found)[1] if found else ""
