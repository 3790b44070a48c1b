"""The suite as a table: what `perovdata vision tasks` lists."""

from __future__ import annotations

from typing import Any

from perovdata.errors import unknown_choice
from perovdata.vision.tasks import TASKS

#: Float ceiling (percent, seed 0, default options) and seconds for 64 parameter sets, compiled already, on
#: two CPU cores with nothing else to do, as benchmarks/vision_suite.py prints them.
#: None: not timed. Fashion-MNIST was not at hand.
MEASURED: dict[str, tuple[float, float | None]] = {
    "digits-online": (93.1, 5),
    "mnist-online": (92.4, None),
    "mnist-online-784": (91.9, None),
    "digits-inference": (97.1, 1),
    "mnist-inference": (97.3, None),
    "retina-denoise": (84.6, 1),
    "reservoir-digits": (83.1, 1),
    "reservoir-mnist": (85.1, None),
    "colour": (92.1, 5),
    "motion": (100.0, 2),
    "events": (90.4, 5),
    "memory": (96.9, 1),
    "associate": (96.0, 1),
    "snn-stdp": (82.9, 6),
}


def catalogue(name: str | None = None) -> list[dict[str, Any]]:
    """One dict per task (or of the one named): definition, options, ceiling and time.

    Raises
    ------
    InputError
        For an unknown task.
    """
    if name is not None and name not in TASKS:
        raise unknown_choice("task", name, TASKS)
    rows = []
    for task in TASKS.values():
        if name is not None and task.name != name:
            continue
        ceiling, seconds = MEASURED.get(task.name, (None, None))
        rows.append(
            {
                "task": task.name,
                "shows": task.shows,
                "images": task.image_set,
                "encoder": task.encoder,
                "array": task.array,
                "network": task.network,
                "protocol": task.protocol,
                "score": task.score,
                "protocols": list(task.protocols),
                "ceiling": ceiling,
                "seconds_64_sets": seconds,
                "options": [
                    {
                        "name": option_name,
                        "default": list(o.default) if isinstance(o.default, tuple) else o.default,
                        "meaning": o.meaning,
                        "choices": list(o.choices),
                    }
                    for option_name, o in task.options.items()
                ],
            }
        )
    return rows
