"""What an array is good for: image sources, pulse encoders, the in-sensor front end, networks, tasks."""

from perovdata.vision.fetch import DOWNLOADS, fetch
from perovdata.vision.images import IMAGE_SETS, Images, load_images
from perovdata.vision.registry import TASKS
from perovdata.vision.run import TaskResult, check_request, run

__all__ = [
    "DOWNLOADS",
    "IMAGE_SETS",
    "TASKS",
    "Images",
    "TaskResult",
    "check_request",
    "fetch",
    "load_images",
    "run",
]
