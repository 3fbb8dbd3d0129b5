# Tutti. `make help` lists what can be done; each line is the same on every machine and in CI.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
URL ?= http://127.0.0.1:8000
SOURCES := gateway.py house.py lone_subgraph.py maintenance.py settings.py media_settings.py errors.py cancellation.py telemetry.py wiring.py supervision.py adapters bench db devtools domain federation loaders resolvers schema subgraphs web workers

ifdef WORKERS
export TUTTI_WORKERS := $(WORKERS)
endif

.DEFAULT_GOAL := help
.PHONY: help run up migrate test test-fast check format schema snapshots explain migration seed demo example smoke prove bench bench-compare manifest lock clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 16

$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tutti needs Python 3.11 or newer; say which with make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@touch $@

$(DEV): $(INSTALLED) requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	@touch $@

run: $(INSTALLED) ## Start everything on SQLite and local files, with a demo: make run [WORKERS=n]
	@exec $(BIN)/python gateway.py

up: $(INSTALLED) ## The same on PostgreSQL and Redis (TUTTI_DATABASE_URL, TUTTI_REDIS_URL) [WORKERS=n]
	@exec $(BIN)/python -m devtools.up

migrate: $(INSTALLED) ## Bring the databases to the newest revision
	@$(BIN)/python gateway.py migrate

test: $(DEV) ## All tests; those that need a service skip with a reason where there is none
	$(BIN)/pytest -n $(or $(TEST_PROCESSES),auto)

test-fast: $(DEV) ## Unit, architecture and federation tests
	$(BIN)/pytest tests/unit tests/architecture tests/federation -m "not slow"

check: $(DEV) ## Lint, types, import contracts, formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports

format: $(DEV) ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: $(INSTALLED) ## Write schema/sdl from the code
	@$(BIN)/python -m devtools.export_schema

snapshots: $(DEV) ## Rewrite expected plans, SDL and errors; review the diff like code
	$(BIN)/python -m devtools.export_schema
	TUTTI_REWRITE=1 $(BIN)/pytest tests/federation --inline-snapshot=fix

manifest: $(INSTALLED) ## Rewrite the manifest of persisted operations from examples/operations
	@$(BIN)/python -m devtools.write_manifest

explain: $(INSTALLED) ## Print a phase: make explain OP=file.graphql [PHASE=plan]
	@$(BIN)/python -m devtools.explain $(OP) $(or $(PHASE),plan)

migration: $(INSTALLED) ## Write a migration: make migration DOMAIN=media M="add plays"
	@$(BIN)/python -m devtools.migration $(DOMAIN) "$(M)"

seed: $(INSTALLED) ## Make the demo catalogue in the data folder
	@$(BIN)/python -m devtools.seed

demo: $(INSTALLED) ## Walk the main job on your own files: make demo MUSIC=folder
	@$(BIN)/python -m devtools.demo "$(MUSIC)" --url $(URL)

example: ## Start the front end of examples/web: make example URL=http://127.0.0.1:8000
	@cd examples/web && npm install --no-audit --no-fund --no-package-lock --silent && VITE_TUTTI_URL=$(URL) npm run --silent dev

smoke: $(INSTALLED) ## Run every example operation: make smoke URL=http://127.0.0.1:8000
	@$(BIN)/python -m devtools.smoke --url $(URL)

prove: $(DEV) ## The long proofs (kill loops, latency); writes docs/proof.md
	@$(BIN)/python -m devtools.prove "$(ONLY)"

bench: $(INSTALLED) ## Measure beside others (npm adds their gateways); writes bench/RESULTS.md
	@$(BIN)/python -m bench $(NAMES)

bench-compare: $(INSTALLED) ## Set the newest whole run beside bench/baseline.json
	@$(BIN)/python -m bench compare

lock: $(INSTALLED) ## Resolve pyproject.toml anew into the lock files
	@$(BIN)/python -m devtools.lock

clean: ## Remove what was made: environment, data, caches
	rm -rf $(VENV) var bench/peers/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
