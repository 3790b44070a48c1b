"""What a file holds: instrument formats, columns, units."""
