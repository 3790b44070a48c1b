"""What the readings are: kinds of measurement, pulse trains, their segments."""
