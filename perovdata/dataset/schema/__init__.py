"""What the tables mean: columns, closed vocabularies, metrics and their units. Imports nothing heavy."""
