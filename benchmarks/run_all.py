"""All speed bars of the arrays in one table: ``python benchmarks/run_all.py``."""

from __future__ import annotations

import os

import inference
import jax
import online
import table
import updates
import wires

if __name__ == "__main__":
    print(f"{jax.devices()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run")
    table.show([row for module in (updates, online, inference, wires) for row in module.rows()])
