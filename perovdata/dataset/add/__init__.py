"""From a proposed device to rows of the tables: read, merge, plan, write."""
