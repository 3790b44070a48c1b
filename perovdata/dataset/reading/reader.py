"""The adapter interface: something that finds values in a document. Rules ship, no model does."""

from __future__ import annotations

import importlib
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable

from perovdata.dataset.reading.document import Document
from perovdata.dataset.reading.findings import Accuracy, Finding
from perovdata.dataset.schema.metrics import METRICS
from perovdata.dataset.schema.vocabularies import OPERATORS
from perovdata.errors import InputError


class Reader(ABC):
    """Base of every reader; a language model plugs in by a subclass outside of this package.

    What a reader returns is checked: the evidence must stand word for word in the document, the metric
    and the operator must be in the closed lists, and the number must be finite.
    """

    @abstractmethod
    def read(self, document: Document) -> Iterable[Finding | Accuracy]:
        """Values and accuracies that the document states of its own devices.

        Parameters
        ----------
        document : Document

        Returns
        -------
        iterable of Finding or Accuracy
        """


def checked(document: Document, found: Iterable[Finding | Accuracy]) -> list[Finding | Accuracy]:
    """Findings whose evidence the document bears out.

    Raises
    ------
    InputError
        For a finding that names an unknown metric or operator, or words that the document does not hold.
    """
    text = " ".join(" ".join(p.text.split()) for p in document.passages)
    out = []
    for f in found:
        if isinstance(f, Finding) and not _in_dictionary(f):
            raise InputError(
                f"reader: '{f.metric} {f.operator} {f.value}' is not a value of the data dictionary"
            )
        words = " ".join(f.evidence.text.split())
        if (
            not f.evidence.place.label.startswith("Table")
            and words not in text
            and not _in_grids(document, words)
        ):
            raise InputError(f"reader: the evidence '{words[:60]}' does not stand in '{document.name}'")
        if not 0 <= f.evidence.start < f.evidence.end <= len(f.evidence.text):
            raise InputError(
                f"reader: characters {f.evidence.start} to {f.evidence.end} lie outside the evidence"
            )
        out.append(f)
    return out


def _in_dictionary(f: Finding) -> bool:
    return f.metric in METRICS and f.operator in OPERATORS and math.isfinite(f.value)


def _in_grids(document: Document, words: str) -> bool:
    cells = [c for grid in document.grids for row in grid.rows for c in row if c]
    return any(c in words for c in cells)


def load_reader(name: str) -> Reader:
    """A reader by its address ``package.module:Class``.

    Raises
    ------
    InputError
        If it cannot be imported or is no :class:`Reader`.
    """
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
        reader = found() if isinstance(found, type) else found
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise InputError(
            f"argument reader: '{name}' cannot be loaded ({error}); package.module:Class is accepted"
        ) from None
    if not isinstance(reader, Reader):
        raise InputError(f"argument reader: '{name}' is not a subclass of perovdata.dataset.reading.Reader")
    return reader
