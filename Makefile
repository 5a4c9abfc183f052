# `make` prints the targets. Everything is built in .venv; a stamp there makes the second run instant.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
UV_VERSION := 0.13.9
PACKAGES := backbone schemas producers processors projections deploy
TESTS ?=
ONCE ?=

.PHONY: help
help: ## print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/runtime.stamp ## build .venv from the pinned requirements (Python 3.11 to 3.13, Java 17 or newer, Maven)
	@echo "Ready: $(BIN)/liandong --help"

.PHONY: demo
demo: $(VENV)/runtime.stamp ## start the embedded stack and tell a story, from a clue to its penalty; ONCE=1 ends by itself
	@$(BIN)/liandong demo $(if $(filter-out 0,$(ONCE)),--once)

.PHONY: test
test: fetch $(VENV)/dev.stamp ## run every tier of tests: unit, contract, docs, integration, acceptance, faults
	@$(BIN)/python -m pytest $(TESTS)

.PHONY: check
check: $(VENV)/dev.stamp ## check format, lint, types, floors, contracts, generated documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m schemas check
	@$(BIN)/python -m deploy.docs --check
	@$(BIN)/python -m pytest -q tests/docs

.PHONY: format
format: $(VENV)/dev.stamp ## format the code and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: docs
docs: $(VENV)/dev.stamp ## write the generated documents again (settings, topics, metrics, facts, errors)
	@$(BIN)/python -m deploy.docs

.PHONY: screenshots
screenshots: fetch $(VENV)/dev.stamp ## play the demo and take the pictures of the READMEs from its console (needs Chromium)
	@$(BIN)/python tests/docs/screenshots.py

.PHONY: fetch
fetch: $(VENV)/runtime.stamp ## fetch the jars of Kafka and of the console once, and check their checksums
	@$(BIN)/liandong fetch

.PHONY: lock
lock: $(VENV)/dev.stamp ## pin the newest allowed versions of all dependencies, with hashes
	@$(PIP) install --quiet uv==$(UV_VERSION)
	@$(BIN)/uv pip compile $(LOCK) --group build -o requirements.txt pyproject.toml
	@$(BIN)/uv pip compile $(LOCK) --group dev -c requirements.txt -o requirements-dev.txt pyproject.toml

# Universal, for 3.11 and newer; no header and no index, so that a lock file names no machine.
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --upgrade --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links

.PHONY: clean
clean: ## remove .venv, caches and builds (data of stacks stay: `liandong down --help`)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	@find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A newer python3 may lack wheels of our dependencies, so a named one of 3.11 to 3.13 goes before it.
FIND_PYTHON = for candidate in "$${PYTHON:-python3}" python3.13 python3.12 python3.11; do \
	if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	echo "$$candidate"; exit 0; fi; done

.PHONY: prerequisites
prerequisites:
	@python="$$($(FIND_PYTHON))"; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11, 3.12 or 3.13 is missing. Install it: sudo apt-get install python3 python3-venv" >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "The module venv of $$python is missing. Install it: sudo apt-get install python3-venv" >&2; exit 1; fi; \
	newest=0; for java in "$${JAVA_HOME:-}/bin/java" java /usr/lib/jvm/*/bin/java; do \
		major="$$("$$java" -version 2>&1 | sed -nE 's/^[a-z]+ version "([0-9]+).*/\1/p' || true)"; \
		if [ "$${major:-0}" -gt "$$newest" ]; then newest="$$major"; fi; done; \
	if [ "$$newest" -lt 17 ]; then \
		echo "Java 17 or newer is missing. Install it: sudo apt-get install default-jdk-headless" >&2; exit 1; fi; \
	if ! command -v mvn >/dev/null; then \
		echo "Maven is missing. Install it: sudo apt-get install maven" >&2; exit 1; fi

$(VENV)/runtime.stamp: requirements.txt pyproject.toml
	@$(MAKE) --no-print-directory prerequisites
	@$(BIN)/python -c '' 2>/dev/null || { echo "Making $(VENV)"; "$$($(FIND_PYTHON))" -m venv --clear $(VENV); }
	@echo "Installing the pinned requirements"
	@$(PIP) install --quiet --require-hashes -r requirements.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/runtime.stamp
	@echo "Installing the pinned tools and tests"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
