# The two commands of this project are `make demo` and `make test`; both do all the set-up they need.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help demo demo-check year-check chaos-check test lint bench install clean

help:
	@echo "make demo        everything running with a live demo company; Ctrl-C stops it"
	@echo "make demo-check  the same without a screen: syncs, compares both sides, exits 0 or 1 (SEED= SIZE= SCENARIO= KEEP=1)"
	@echo "make year-check  a simulated year against both sandboxes, compared month by month, exits 0 or 1 (SEED= SCENARIO= KEEP=1)"
	@echo "make chaos-check the engine under fire: workers killed, services wiped, vendors failing, nothing lost or doubled (RUNS= SEED=)"
	@echo "make test        all tests, browser journeys included"
	@echo "make lint        formatting, lint, types and import rules"
	@echo "make bench       speed and memory, written to bench.json"

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || { echo "Making .venv"; $(PYTHON) -m venv .venv; }
	@echo "Installing what requirements.lock names (the first time this takes a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@touch $(STAMP)

demo: $(STAMP)
	@$(BIN)/python -m smoothx.demo run

demo-check: $(STAMP)
	@$(BIN)/python -m smoothx.demo check --seed "$(or $(SEED),1)" --size "$(or $(SIZE),1)" --scenario "$(or $(SCENARIO),demo)" $(if $(KEEP),--keep)

year-check: $(STAMP)
	@$(BIN)/python -m smoothx.demo year --seed "$(or $(SEED),1)" --scenario "$(or $(SCENARIO),demo)" $(if $(KEEP),--keep)

chaos-check: $(STAMP)
	@$(BIN)/python -m smoothx.demo chaos --runs "$(or $(RUNS),20)" --seed "$(or $(SEED),1)" $(if $(IN_TURN),--in-turn)

test: $(STAMP)
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m tests.architecture.types
	$(BIN)/lint-imports

bench: $(STAMP)
	@$(BIN)/python -m pytest tests/bench -m bench -s -p no:xdist

clean:
	rm -rf .venv .local
