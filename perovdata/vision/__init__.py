"""What an array is good for: image sources, pulse encoders, the in-sensor front end, networks, tasks."""

from perovdata.vision.data.downloads import DOWNLOADS, fetch
from perovdata.vision.data.images import IMAGE_SETS, Images, load_images
from perovdata.vision.parts.light import Lamp, lamp_of
from perovdata.vision.runner import TaskResult, ceiling, check_request, joined, repeated, run, run_stacked
from perovdata.vision.suite_table import catalogue
from perovdata.vision.tasks import TASKS

__all__ = [
    "DOWNLOADS",
    "IMAGE_SETS",
    "TASKS",
    "Images",
    "Lamp",
    "TaskResult",
    "catalogue",
    "ceiling",
    "check_request",
    "fetch",
    "joined",
    "lamp_of",
    "load_images",
    "repeated",
    "run",
    "run_stacked",
]
