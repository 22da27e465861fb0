# What a newcomer types: `make report` and `make test`, on a machine with python3 (3.11 or later) and make.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
OUTPUT ?= output
PACKAGES := sources orchestration expectations exports tests dbt_project
COVERAGE_FLOOR := 93
WORKERS ?= 2

# Nothing here reports home: not Dagster, not dbt.
export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1

.PHONY: help setup report test browser office service kill privacy lint types format lock serve dev benchmark clean

help: ## Show what there is to type.
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

setup: $(STAMP) ## Make .venv with the command .venv/bin/erhvervshus (does nothing when it is there).

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Cannot find $(PYTHON). Install Python 3.11 or later, or run: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
		|| { echo "$$($(PYTHON) --version) is not 3.11, 3.12 or 3.13. Run: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "This Python has no venv. On Debian and Ubuntu run: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	@$(BIN)/python -m orchestration.manifest
	@touch $@

report: setup ## From deliveries to the national goals and the reports of the year, into ./output (a synthetic Denmark, or DELIVERIES=folder).
	@$(BIN)/erhvervshus run --output $(OUTPUT) $(if $(DELIVERIES),--deliveries $(DELIVERIES)) $(if $(YEAR),--year $(YEAR))

test: setup ## Everything that is checked: style, types, YAML, SQL, tests and their coverage.
	@$(MAKE) --no-print-directory --jobs=2 lint types
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE_FLOOR)

browser: setup ## The reports in a real Chromium: accessibility, keyboard, phone, print (PAGES=files adds pages).
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; } \
		|| { echo "There is no Chromium. As administrator, on Debian and Ubuntu: apt-get install chromium" >&2; exit 1; }
	@$(BIN)/uv pip install --quiet --no-deps --require-hashes --target .cache/browser -r tests/browser/requirements.txt
	@PAGES="$(abspath $(PAGES))" $(BIN)/pytest -m browser tests/browser

office: setup ## The workbook in a real LibreOffice: it opens, its values arrive, it computes around hidden figures.
	@command -v soffice >/dev/null \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq \
			&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreoffice-calc >/dev/null; } \
		|| { echo "LibreOffice is missing. On Debian and Ubuntu run: sudo apt-get install libreoffice-calc" >&2; exit 1; }
	@$(BIN)/pytest -m office tests/office

service: setup ## The service for real, some ten minutes: deliveries start runs, killed runs start again, it ends in order.
	@$(BIN)/pytest -m service tests/service

kill: setup ## Processes killed at every point, the whole job at many moments (KILLS=100), full and read-only disks (as root).
	@KILLS=$(or $(KILLS),24) $(BIN)/pytest -m kill -n $(WORKERS) --dist loadfile tests/kill

privacy: setup ## People planted in deliveries: nowhere in what a run hands out, and an erased company nowhere at all.
	@$(BIN)/pytest -m privacy tests/privacy

lint: setup ## Style of Python, YAML and SQL.
	@$(BIN)/ruff format --check $(PACKAGES)
	@$(BIN)/ruff check $(PACKAGES)
	@$(BIN)/yamllint --strict .
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project/models dbt_project/tests

types: setup ## Types of Python (mypy strict).
	@$(BIN)/mypy

format: setup ## Rewrite Python and SQL in the style that `make lint` checks.
	@$(BIN)/ruff format $(PACKAGES)
	@$(BIN)/ruff check --fix $(PACKAGES)
	@$(BIN)/sqlfluff fix --disable-progress-bar --processes 2 dbt_project/models dbt_project/tests

lock: ## Resolve requirements.lock again from pyproject.toml: versions and hashes, no index address.
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet 'uv>=0.9,<1'; }
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--extra dev --generate-hashes --no-emit-index-url --no-emit-find-links pyproject.toml --output-file requirements.lock

serve: setup ## The service: the daily run, the watch over new deliveries and Dagster's page (DELIVERIES=folder OUTPUT=folder).
	@exec $(BIN)/erhvervshus serve --output $(OUTPUT) $(if $(DELIVERIES),--deliveries $(DELIVERIES))

dev: setup ## Dagster's UI with the job, its lineage and its checks, on http://localhost:3000; nothing starts by itself.
	@$(BIN)/python -m orchestration.instance .dagster_home
	@DAGSTER_HOME=$(CURDIR)/.dagster_home $(BIN)/dagster dev -m orchestration.definitions

benchmark: setup ## Time and memory of the whole run; SCALE=10 for ten times Denmark.
	@for script in tests/benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script $(if $(SCALE),--scale $(SCALE)); done

clean: ## Remove what can be made again: caches, ./output and .venv.
	@rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* htmlcov .dagster_home \
		dbt_project/target dbt_project/logs output
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
