"""What a table may hold: lines, rows, form and content, and how problems are told."""

from perovdata.dataset.check.csv_lines import read_tables
from perovdata.dataset.check.table_files import read_whole, table_file, tables_lock
from perovdata.dataset.check.validation import validate

__all__ = ["read_tables", "read_whole", "table_file", "tables_lock", "validate"]
