"""The suite: every task by name; one module per kind of task, and those of other packages.

A package offers a task of its own by an entry point of the group ``perovdata.tasks`` that names a
:class:`~perovdata.vision.task.Task`.
"""

from __future__ import annotations

from perovdata.plugins import plugins
from perovdata.vision.task import Task
from perovdata.vision.tasks.associate import associate_task
from perovdata.vision.tasks.colour import colour_task
from perovdata.vision.tasks.events import events_task
from perovdata.vision.tasks.inference import inference_task
from perovdata.vision.tasks.memory import memory_task
from perovdata.vision.tasks.motion import motion_task
from perovdata.vision.tasks.online import online_task
from perovdata.vision.tasks.reservoir import reservoir_task
from perovdata.vision.tasks.retina import retina_task
from perovdata.vision.tasks.stdp import stdp_task

__all__ = ["TASKS", "outside_tasks"]


def outside_tasks() -> dict[str, Task]:
    """Tasks of other installed packages, by name."""
    return {task.name: task for task in plugins("perovdata.tasks").values()}


TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        online_task("digits"),
        online_task("mnist"),
        online_task("mnist", whole=True),
        online_task("fashion"),
        online_task("fashion", whole=True),
        inference_task("digits"),
        inference_task("mnist"),
        inference_task("fashion"),
        retina_task(),
        reservoir_task("digits"),
        reservoir_task("mnist"),
        colour_task(),
        motion_task(),
        events_task(),
        memory_task(),
        associate_task(),
        stdp_task(),
    )
}
TASKS |= outside_tasks()
