#!/usr/bin/env bash
# Run the tests on every supported Python and on the lowest and newest direct dependencies.
# usage: tests/stress/versions.sh [PYTHON...]   default: 3.11 3.12 3.13; needs uv, which fetches Pythons by itself
# Environments lie in a temporary folder; the exit code is that of the first combination that failed.
set -uo pipefail
cd "$(dirname "$0")/../.."
pythons=("${@:-3.11}"); [ $# -gt 0 ] || pythons=(3.11 3.12 3.13)
place=$(mktemp -d); trap 'rm -rf "$place"' EXIT
failed=0
for python in "${pythons[@]}"; do
  for resolution in lowest-direct highest; do
    name="Python $python, $resolution dependencies"
    env="$place/$python-$resolution"
    if ! uv venv -q --seed --python "$python" "$env"; then echo "$name: no such Python here"; failed=3; continue; fi
    if ! uv pip install -q --python "$env/bin/python" --resolution "$resolution" -e ".[dev]"; then
      echo "$name: dependencies cannot be resolved"; failed=1; continue
    fi
    if "$env/bin/python" -m pytest -q -m "not slow" -p no:cacheprovider; then echo "$name: passed"
    else echo "$name: FAILED"; failed=1; fi
  done
done
exit $failed
