# Every target sets up what it needs; `make demo` and `make test` are all that a newcomer has to know.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := demo

.PHONY: help setup spark demo test lint format types docs bench recovery clean

help:  ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(READY)  ## Make the virtual environment with the locked versions

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

spark: $(VENV)/.spark  ## Add Spark to the environment, for its tests (Java 17 or newer; fetches 430 MB)

$(VENV)/.spark: $(READY) requirements.spark.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.spark.lock
	@touch $@

lint: $(READY)  ## Style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)  ## Mend style where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: lint  ## Lint and all tests
	$(BIN)/pytest

# Opens only where a person sees it: scripts and CI have no terminal. OPEN=no leaves it out at a terminal too.
OPEN ?= yes
PORT ?= 8321
demo: $(READY)  ## Make a realistic company, load it, show how effective its sales are, and open it in the browser
	@test -f $(DEMO)/company/truth.json || $(BIN)/efficace simulate $(DEMO)/company --touches 200000
	$(BIN)/efficace load $(DEMO)/company --project $(DEMO)/project
	$(BIN)/efficace overview --project $(DEMO)/project
	@echo 'More in the terminal: . $(BIN)/activate; efficace kpi win_rate --by rep --project $(DEMO)/project'
	@if [ "$(OPEN)" = yes ] && [ -t 1 ]; then \
		echo 'Now the pages in the browser, signed in by itself, for this machine only. Ctrl-C here stops them.'; \
		exec $(BIN)/efficace serve --project $(DEMO)/project --signed-in-as me --port $(PORT); \
	else \
		echo 'In the browser: $(BIN)/efficace serve --project $(DEMO)/project --signed-in-as me'; \
	fi

docs: $(READY)  ## Write the pages that are made from declarations
	$(BIN)/python docs/generate.py

TOUCHES ?= 10000000
RUNS ?= 3
bench: $(READY)  ## Measure speed beside hand-written SQL and pandas (TOUCHES=1000000 for a small one)
	$(BIN)/python -m benchmarks --touches $(TOUCHES) --runs $(RUNS)

COMPANIES ?= 800
SIMULATED ?= 10
SEED ?= 1
recovery: $(READY)  ## Draw companies with known truths and report how often each interval covers them
	$(BIN)/python -m recovery --companies $(COMPANIES) --simulated $(SIMULATED) --seed $(SEED)

clean:  ## Remove the environment and the demo company
	rm -rf $(VENV) $(DEMO) .pytest_cache .mypy_cache .ruff_cache
