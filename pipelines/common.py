"""What every stage script shares: where files lie and how parameters are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from perovdata.cli.output import finite
from perovdata.files import write_atomic

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "data" / "tables"
DERIVED = ROOT / "data" / "derived"
METRICS = ROOT / "data" / "metrics"


def params(section: str) -> dict[str, Any]:
    """One section of params.yaml."""
    return yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))[section]


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically, with stable key order and None for NaN."""
    write_atomic(path, json.dumps(finite(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n")
