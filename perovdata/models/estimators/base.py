"""What scikit-learn asks of an estimator, without importing it: that takes longer than a prediction."""

from __future__ import annotations

import inspect
from typing import Any


class Estimator:
    """An estimator that ``sklearn.base.clone`` can copy: its parameters are those of ``__init__``."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}
