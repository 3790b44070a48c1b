"""How the rows of a study reach people, programs and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from perovdata.cli.output import emit_json, note, print_tables


def save_rows(output: Path | None, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows into a folder as JSON and as Parquet."""
    if output is None:
        return
    import pandas as pd

    from perovdata.files import write_json
    from perovdata.studies import write_parquet

    write_json(output / f"{name}.json", rows)
    write_parquet(output / f"{name}.parquet", pd.DataFrame(rows))
    note(f"written: {output}")


def emit_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], title: str, json: bool) -> None:
    """Print the rows as one JSON value, or as a table of `columns` (key: heading)."""
    if json:
        emit_json(rows)
        return
    from perovdata.cli.tables import study_table

    print_tables([study_table(rows, columns, title)])
