"""Stage validate: check the source tables; an error stops the pipeline."""

from __future__ import annotations

import sys

from common import METRICS, params

from perovdata.dataset import validate
from perovdata.files import write_json

report = validate()
counts = {f"rows_{name}": count for name, count in report.rows.items()}
warnings = len(report.problems) - len(report.errors)
write_json(METRICS / "validate.json", {"errors": len(report.errors), "warnings": warnings, **counts})
for problem in report.problems:
    print(problem)
allowed = params("validate")["max_warnings"]
if report.errors or warnings > allowed:
    sys.exit(f"{len(report.errors)} errors, {warnings} warnings (at most {allowed} are accepted)")
