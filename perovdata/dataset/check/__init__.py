"""What a table may hold: lines, rows, form and content, and how problems are told."""
