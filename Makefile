PYTHON ?= python3.11
BIN := .venv/bin
BASE ?= main
# what shares a stack stays on one worker, in the order of tests/conftest.py and not by size
TWO_WORKERS := --numprocesses 2 --dist loadfile --no-loadscope-reorder

# hundreds of commands start from here: none shall compile the project again
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check review lint servers bench down lock

run: .venv/installed  ## everything, from the servers to the proof
	@$(BIN)/mesh run

test: .venv/installed  ## everything that CI checks, integration included, on servers of its own
	@$(MAKE) --no-print-directory --jobs 2 servers lint
	@$(BIN)/pytest $(TWO_WORKERS)

check: lint  ## while you work: lint, types and unit tests, without a server
	@$(BIN)/pytest tests/unit --quiet $(TWO_WORKERS)

review: .venv/installed  ## what the working tree does to rows, columns, numbers, cost and consumers, against BASE
	@$(BIN)/mesh review --base $(BASE)

lint: .venv/installed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 models tests/dbt analyses macros
	@$(BIN)/mesh lint

servers: .venv/installed  ## fetch the servers' packages, which is mostly waiting
	@$(BIN)/mesh stack install

bench: .venv/installed  ## measure the figures of the README, on servers of its own
	@$(BIN)/python benchmarks/chain.py
	@$(BIN)/python benchmarks/freshness.py

down: .venv/installed  ## stop what was started, and only that
	@$(BIN)/mesh stack down

.venv/installed: requirements/main.txt pyproject.toml
	@command -v $(PYTHON) > /dev/null || { echo "mesh: $(PYTHON) not found: apt-get install python3.11 python3.11-venv" >&2; exit 1; }
	@echo "installing the Python environment ..."
	@$(PYTHON) -m venv .venv || { echo "mesh: apt-get install python3.11-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/main.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

lock: .venv/installed  ## pin the requirements again, by version and hash, without addresses
	@for name in main flink airflow catalog; do \
		overrides=requirements/$$name.overrides.in; \
		$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-annotate --no-header $$(test -e $$overrides && echo --override $$overrides) \
			requirements/$$name.in -o requirements/$$name.txt; \
	done
