"""The small grammar of reported values: numbers, units, operators, what a number is a number of."""
