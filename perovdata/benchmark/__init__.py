"""An open benchmark: frozen tasks and folds on which any model can be scored, by the protocol of ours."""

from perovdata.benchmark.frozen import VERSION, Benchmark, load_benchmark, summary, task_names
from perovdata.benchmark.protocol import score
from perovdata.benchmark.records import check_record, leaderboard, read_predictions, submit
from perovdata.benchmark.scores import Score

__all__ = [
    "VERSION",
    "Benchmark",
    "Score",
    "check_record",
    "leaderboard",
    "load_benchmark",
    "read_predictions",
    "score",
    "submit",
    "summary",
    "task_names",
]
