# Two commands: `make run` reproduces everything from the tables to the report, `make test` runs the tests.
# PYTHON is any Python 3.11 or newer; everything else is installed into .venv from the lock file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1
# Where the environment forbids bytecode, each of the many processes would compile its libraries anew.
unexport PYTHONDONTWRITEBYTECODE
# One pytest worker per core, two at most: each compiles its own simulator kernels.
WORKERS ?= 2

.PHONY: renew run test test-slow lint lock bench bench-peers stress clean help docs

help:
	@echo "make run        reproduce the pipeline and write the report"
	@echo "make test       lint, then the whole test suite"
	@echo "make test-slow  the long fidelity and recovery tests"
	@echo "make bench      print the speed table (about ten CPU minutes)"
	@echo "make bench-peers  the same beside aihwkit, with Python 3.11 (some gigabytes of torch)"
	@echo "make docs       build the documentation site into site/, without network"
	@echo "make renew      write again what the repository says of itself (stage inputs, pictures, tables of results)"
	@echo "make stress     the long search for what breaks readers and writers (about two CPU hours)"
	@echo "make lock       resolve requirements.lock again from pyproject.toml"

# The lock names every package, so nothing is left to resolve; Python compiles what is imported, not all that is installed.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"perovdata needs Python 3.11 or newer, this is {v.major}.{v.minor}; set PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

run: $(STAMP)
	$(BIN)/dvc repro
	$(BIN)/python pipelines/renew.py
	@$(BIN)/perovdata report --summary

test: $(STAMP) lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope -m "not slow"

test-slow: $(STAMP)
	$(BIN)/python -m pytest -m slow

renew: $(STAMP)
	$(BIN)/python pipelines/renew.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: $(STAMP)
	$(BIN)/python benchmarks/speed_table.py
	$(BIN)/python benchmarks/run_all.py

# aihwkit's last wheel for Python 3.11 was built against this torch: with 2.9 or 2.13 it does not run.
PEERS := .venv-peers
bench-peers: $(STAMP)
	test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet "numpy<2" torch==2.10.0 aihwkit==1.1.0
	$(PEERS)/bin/python -m pip install --quiet jax jaxlib scipy threadpoolctl platformdirs pyyaml filelock
	-$(PEERS)/bin/python -m pip install --quiet badcrossbar
	PYTHONPATH=$(CURDIR) $(PEERS)/bin/python benchmarks/run_all.py

# The short forms are part of make test; docs/reliability.md says what each found.
stress: $(STAMP)
	$(BIN)/python tests/stress/table_writers.py --runs 200 --kills 200
	$(BIN)/python tests/stress/readers.py --cpu 3600
	-$(BIN)/python tests/stress/licences.py

# uv resolves for all platforms and writes hashes without any index address.
lock:
	uv pip compile pyproject.toml --extra dev --extra sweep --extra app --extra docs --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock

clean:
	rm -rf $(VENV) dist
