"""Papers that never enter the tables: an independent test of the predictors that anyone can assemble."""

from __future__ import annotations

import hashlib

RESERVED_REASON = "reserved paper: kept out of the tables as an independent test of the predictors"


def is_reserved(doi: str, url: str) -> bool:
    """Whether a paper is reserved.

    The rule: the sha256 (hex, of the UTF-8 text) of the lower-case DOI, or without a DOI of the
    lower-case URL as it stands, fragment included, starts with 0 or 1.
    """
    key = (doi or url).lower()
    return hashlib.sha256(key.encode("utf-8")).hexdigest()[0] in "01"
