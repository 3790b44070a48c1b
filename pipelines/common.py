"""What every stage script shares: where files lie and how parameters are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
DERIVED = ROOT / "data" / "derived"
METRICS = ROOT / "data" / "metrics"
MODEL = ROOT / "data" / "model"  # not under derived: it travels with the checkout and in the wheel


def params(section: str) -> dict[str, Any]:
    """One section of params.yaml."""
    return yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))[section]
