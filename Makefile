# One place for every command; `make demo` and `make test` do all their set-up on a machine with Python 3.11+.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install demo test fast lint types contracts bench bench-short bench-peers faults soak fuzz mutants coverage lock clean

install: $(STAMP)

$(STAMP): requirements-dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q bot handlers
	touch $(STAMP)

demo: install
	$(BIN)/cutover-bot demo

test: install
	$(BIN)/python -m pytest -n auto

fast: install
	$(BIN)/python -m pytest -n auto tests/unit

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

contracts: install
	$(BIN)/lint-imports

# Ratios to a floor measured in the same run; writes the tables of docs/benchmarks.md. Takes half an hour.
bench: install
	$(BIN)/python -m benchmarks

# The short form, for every push: under a minute, ratios only, wide bounds, writes nothing.
bench-short: install
	$(BIN)/python -m benchmarks --short

# The fault catalogue: runs its tests and writes docs/faults.md.
faults: install
	$(BIN)/python tests/faults/fault_page.py

# Ten thousand wishes under random faults; the seed is printed.
soak: install
	$(BIN)/python tests/trials/soak.py

# Damaged input for everything that reads from outside, a minute each.
fuzz: install
	$(BIN)/python tests/trials/fuzz.py

# Small faults in the parts that must have none: their tests have to notice.
mutants: install
	$(BIN)/python tests/trials/mutants.py

# Branches that the tests within one process reach; what only runs as a process of its own is not counted.
coverage: install
	$(BIN)/python -m pytest -n auto tests/unit tests/handlers tests/watch tests/archive --cov --cov-report=term:skip-covered

# Commands and buttons beside stock Bolt and slack-machine, in an environment of their own.
bench-peers: install
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --require-hashes -r benchmarks/peers/requirements.txt
	$(BIN)/python -m benchmarks --peers .venv-peers/bin/python

# Needs pip-tools in an environment of its own; writes no package host.
lock:
	pip-compile -q --allow-unsafe --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev --extra lake -o requirements-dev.txt pyproject.toml
	pip-compile -q --allow-unsafe --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -c requirements-dev.txt -o requirements.txt pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage*
