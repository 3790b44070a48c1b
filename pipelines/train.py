"""Stage train: fit on all papers what the evaluation chose, and store it as a bundle."""

from __future__ import annotations

from common import DERIVED, MODEL, params

from perovdata.models import train

if __name__ == "__main__":
    train(params("evaluate"), DERIVED / "evaluation", MODEL)
