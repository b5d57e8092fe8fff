# Guildmark's front door. `make run` and `make test` are all that a newcomer needs.
# Each target installs what it needs first; stamps make the second call instant and offline.

PY ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
UV := .tools/uv/bin/uv
LOCK = $(UV) pip compile -q --generate-hashes --no-emit-index-url --no-header --no-annotate \
  --universal --python-version 3.11
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export UV_LINK_MODE := copy
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help run setup dev judges test test-fast test-long check format bench lock docs clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup ## Install, load the demo institute, serve it and print the address
	@$(BIN)/guildmark run --demo --port $(PORT)

setup: $(VENV)/.stamp-run ## Install what a running Guildmark needs into .venv

dev: $(VENV)/.stamp-dev ## Install what working on Guildmark needs as well

judges: .tools/.stamp-judges .tools/.stamp-judges-js ## Install outside judges of our files, apart from all else

test: dev judges ## Run the whole suite, on SQLite and then on PostgreSQL
	@$(BIN)/python scripts/run_tests.py

test-fast: dev ## Run the unit and integration tests on SQLite only
	@$(BIN)/pytest -q -n 2 -m "not e2e and not crash and not long"

test-long: dev ## Run the nightly tier: everything, with the long tests
	@$(BIN)/python scripts/run_tests.py --long

check: dev ## Lint, types, layers, templates, spelling, migrations, docs
	@$(BIN)/python scripts/run_checks.py

format: dev ## Format code and templates
	@$(BIN)/ruff check --fix-only -q . && $(BIN)/ruff format -q . && git ls-files -z 'src/**/*.html' | xargs -0 $(BIN)/djade --target-version 5.2

bench: dev ## Measure what the docs quote
	@$(BIN)/python benchmarks/run.py

docs: dev ## Build the documentation into docs/_build
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

lock: .tools/.stamp-uv ## Renew the hashed lock files from pyproject.toml
	@$(LOCK) pyproject.toml -o requirements/run.txt
	@$(LOCK) --group dev -c requirements/run.txt -o requirements/dev.txt
	@$(LOCK) requirements/judges.in -o requirements/judges.txt
	@echo 'uv==$(shell $(UV) --version 2>/dev/null | cut -d" " -f2)' | $(LOCK) - -o requirements/uv.txt

clean: ## Remove environments and caches; var/ (your data) stays
	rm -rf $(VENV) .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache docs/_build

.tools/.stamp-uv: requirements/uv.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Guildmark needs Python 3.11 or newer; $(PY) is older. Name another: make PY=python3.12 run" >&2; exit 1; }
	@$(PY) -c 'import ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is incomplete. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the package installer into .tools ..."
	@$(PY) -m venv --clear .tools/uv
	@.tools/uv/bin/pip --disable-pip-version-check -q install --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.stamp-run: .tools/.stamp-uv requirements/run.txt pyproject.toml
	@echo "Installing Guildmark into $(VENV) ..."
	@test -x $(BIN)/python || $(UV) venv -q --python $(PY) $(VENV)
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/run.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps --offline --editable .
	@touch $@

$(VENV)/.stamp-dev: $(VENV)/.stamp-run requirements/dev.txt
	@echo "Installing the tools for developers into $(VENV) ..."
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/run.txt -r requirements/dev.txt
	@touch $@

# Their pins are strict, so that they can't share an environment with us. The source archive of
# openbadgeslib is unpacked beside it, not installed: it holds 1EdTech's JSON Schemas.
OPENBADGESLIB = .tools/judges/openbadgeslib-sdist
.tools/.stamp-judges: .tools/.stamp-uv requirements/judges.txt
	@echo "Installing outside judges into .tools/judges ..."
	@$(UV) venv -q --clear --python $(PY) .tools/judges
	@$(UV) pip install -q --python .tools/judges/bin/python --require-hashes -r requirements/judges.txt
	@mkdir $(OPENBADGESLIB)
	@awk '/^openbadgeslib==/ {found = 1} found {print} found && !/\\$$/ {exit}' requirements/judges.txt >$(OPENBADGESLIB).txt
	@.tools/uv/bin/pip --disable-pip-version-check -q download --no-deps --no-binary openbadgeslib --require-hashes \
	  -d $(OPENBADGESLIB) -r $(OPENBADGESLIB).txt
	@tar -xzf $(OPENBADGESLIB)/*.tar.gz -C $(OPENBADGESLIB) --strip-components=1
	@touch $@

.tools/.stamp-judges-js: judges/package.json judges/package-lock.json judges/.npmrc
	@if ! command -v npm >/dev/null; then \
	  echo "Left out the judges in JavaScript: npm is missing. On Debian: apt-get install nodejs npm" >&2; \
	else \
	  echo "Installing outside judges into .tools/judges-js ..." && rm -rf .tools/judges-js && mkdir -p .tools/judges-js && \
	  cp $^ .tools/judges-js && npm ci --loglevel=error --ignore-scripts --prefix .tools/judges-js && touch $@; \
	fi
