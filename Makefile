# Everything runs in .venv, which `make setup` builds with nothing but Python 3.11 or newer.
# Another interpreter: make setup PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# A stamp says what is installed, so that a second run installs nothing.
BASE := $(VENV)/.installed-base
TEST := $(VENV)/.installed-test
PINS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check bench clean constraints

help:
	@echo 'make demo         install nextdollar into .venv and run the case study'
	@echo 'make setup        install it with everything that the tests need'
	@echo 'make test         run the tests'
	@echo 'make check        format, lint, types and import layers'
	@echo 'make bench        run the benchmarks'
	@echo 'make clean        remove caches and what was built; .venv stays'
	@echo 'make constraints  choose the newest versions that fit together'

setup: $(TEST)
	@echo 'nextdollar is installed: $(BIN)/nextdollar --help'

demo: $(BASE)
	@$(BIN)/nextdollar demo

test: $(TEST)
	@$(BIN)/python -m pytest -n 2

check: $(TEST)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(TEST)
	@set -e; for script in benchmarks/*.py; do \
	  if [ -e "$$script" ]; then echo "== $$script"; $(BIN)/python "$$script"; fi; \
	done

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf demo-report nextdollar-report
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

constraints: $(BASE)
	@$(PIP) install -qq uv
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --upgrade \
	  --python-version 3.11 --all-extras --output-file constraints.txt pyproject.toml

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo 'error: there is no $(PYTHON) here; install Python 3.11 or newer' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'error: nextdollar needs Python 3.11 or newer, this is' "$$($(PYTHON) --version 2>&1);" \
	    'name another: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'error: install python3-venv (Debian, Ubuntu: apt-get install python3-venv) and run make again' >&2; \
	  exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(BASE): $(PINS) | $(BIN)/python
	@echo 'Installing nextdollar into $(VENV) (a minute or two the first time) ...'
	@$(PIP) install -qq -c constraints.txt -e .
	@touch $@

$(TEST): $(PINS) | $(BIN)/python
	@echo 'Installing nextdollar and what its tests need into $(VENV) (a few minutes the first time) ...'
	@$(PIP) install -qq -c constraints.txt -e '.[test]'
	@touch $(BASE) $@
