"""Licences of everything that an installed perovdata brings along: ``python tests/stress/licences.py``.

Reads the metadata of the environment it runs in, from the requirements of the package downwards, and names
what gives no licence; extras are left out.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution

_COPYLEFT = re.compile(r"\bA?GPL", re.IGNORECASE)


def runtime(root: str = "perovdata") -> set[str]:
    """Names of the distributions that `root` needs, itself left out."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    waiting = [root]
    while waiting:
        try:
            needed = distribution(waiting.pop()).requires or []
        except PackageNotFoundError:
            continue  # of another platform
        for text in needed:
            requirement = Requirement(text)
            name = re.sub(r"[-_.]+", "-", requirement.name).lower()
            if (
                requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            ) and name not in found:
                found.add(name)
                waiting.append(name)
    return found


def licence(name: str) -> str:
    """The licence as the distribution states it, in one line; empty if it states none."""
    about = distribution(name).metadata
    classified = [
        c.split(" :: ")[-1] for c in about.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    stated = about.get("License-Expression") or "; ".join(classified) or about.get("License") or ""
    return " ".join(stated.split())[:70]


def main() -> int:
    """Print one line each; exit code 1 if a licence is missing or forbids a permissive package to need it."""
    doubtful = 0
    for name in sorted(runtime()):
        try:
            stated = licence(name)
        except PackageNotFoundError:
            continue
        strict = bool(_COPYLEFT.search(stated)) and not re.search("LGPL| OR ", stated)
        remark = "  (copyleft)" if strict else ""
        doubtful += not stated or strict
        print(f"{name:<28} {distribution(name).version:<14} {stated or 'NOT STATED'}{remark}")
    return int(doubtful > 0)


if __name__ == "__main__":
    sys.exit(main())
