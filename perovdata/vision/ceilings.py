"""The float ceiling of a task: one number per images, protocol, epochs and options, computed once.

It belongs to the task and not to the run: the mean over fixed seeds, kept in the user's cache under a digest
of all that it depends on, the code among it.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from perovdata.files import cache_dir, code_digest, write_json

if TYPE_CHECKING:
    from perovdata.vision.task import Course, Plan, Task

#: Seeds of the float networks whose mean accuracy is the ceiling.
CEILING_SEEDS = tuple(range(16))
_ROOMS = ("vision", "arrays", "devices")


def float_ceiling(task: Task, plan: Plan, course: Course | None = None) -> float:
    """Accuracy of the task's network in float, percent.

    Parameters
    ----------
    task : Task
    plan : Plan
        What the run asks; its seeds do not matter.
    course : Course, optional
        The task made ready for the plan, used where its seeds are those of the ceiling.

    Returns
    -------
    float
    """
    path = cache_dir() / "ceilings" / f"{_digest(task, plan)}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):  # not computed yet, or damaged
        return float(json.loads(path.read_text(encoding="utf-8"))["ceiling"])
    if course is None or plan.seeds != CEILING_SEEDS:
        course = task.prepare(replace(plan, seeds=CEILING_SEEDS))
    value = float(np.mean(course.ceiling()))
    with suppress(OSError):  # a read-only home: computed again the next time
        write_json(path, {"task": task.name, "ceiling": value})
    return value


def _digest(task: Task, plan: Plan) -> str:
    told = hashlib.sha256(code_digest(*_ROOMS))
    asked = [task.name, plan.protocol, plan.epochs, plan.options, plan.images.name, str(plan.data_dir)]
    told.update(json.dumps(asked, sort_keys=True, default=str).encode())
    images = plan.images
    for array in (images.train, images.train_labels, images.test, images.test_labels):
        told.update(np.ascontiguousarray(array).data)
    return told.hexdigest()[:32]
