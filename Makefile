# Otklik: `make run` is all it takes; `make help` lists the rest.
# Needs Python 3.11 or later and make, nothing else. PYTHON names another interpreter: `make run PYTHON=python3.12`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CATALOGUES := $(wildcard app/translations/*/LC_MESSAGES/*.po)
COMPILED := $(CATALOGUES:.po=.mo)
# How many processes run the tests; `make test WORKERS=0` runs them in one, for a debugger.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run setup test lint bench docs migration translations clean
# A half-made file is removed when its recipe fails, so that the next run makes it again.
.DELETE_ON_ERROR:

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.run $(COMPILED) ## Set everything up, start web and worker, print the addresses and the password
	@exec $(FLASK) serve --first-run

setup: $(VENV)/.dev $(COMPILED) ## Everything that developing takes

test: setup ## All tests this machine can run; says what it leaves out and why
	@test -n "$$TEST_POSTGRES_URL" || echo "left out: every test of PostgreSQL, because TEST_POSTGRES_URL is not set"
	@command -v "$${TEST_CHROMIUM:-/usr/bin/chromium}" >/dev/null || \
		echo "left out: the journeys in a browser, because there is no Chromium (TEST_CHROMIUM names the program)"
	@command -v "$${TEST_REDIS:-redis-server}" >/dev/null || \
		echo "left out: the tests of a queue in Redis, because there is no redis-server (TEST_REDIS names the program)"
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

lint: setup ## ruff, format, mypy strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## The real server beside a bare Flask application; see docs/performance.md
	$(BIN)/python -m bench $(ARGS)

docs: setup ## config/.env.example, docs/configuration.md and docs/roles.md anew, from what the program itself asks
	$(BIN)/python -m config.reference
	$(BIN)/python -m config.roles_page

migration: setup ## A new migration from the models: make migration m="add rewards"
	@test -n "$(m)" || { echo 'say what changes: make migration m="add rewards"'; exit 2; }
	$(BIN)/alembic upgrade head
	$(BIN)/alembic revision --autogenerate -m "$(m)" \
		--rev-id "$$(printf %04d $$(( $$(ls migrations/versions/[0-9]*.py 2>/dev/null | wc -l) + 1 )))"

translations: setup ## Collect the words of the pages into the catalogues
	$(BIN)/pybabel -q extract -F pyproject.toml -k lazy_gettext -k _l --no-location --sort-output \
		--project Otklik -o app/translations/messages.pot .
	$(BIN)/pybabel -q update -i app/translations/messages.pot -d app/translations --no-fuzzy-matching
	$(BIN)/pybabel -q compile -d app/translations

clean: ## Throw away what can be made again (the virtual environment, caches); data in var/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache $(COMPILED)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make run PYTHON=python3.12"; exit 1; }
	@echo >&2 "making the virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@echo >&2 "installing what the service needs"
	@$(PIP) install -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@echo >&2 "installing what developing takes"
	@$(PIP) install -r requirements-dev.txt
	@touch $(VENV)/.run $@

# Compiled catalogues are not kept in git; pybabel comes with the service's own requirements.
%.mo: %.po | $(VENV)/.run
	@$(BIN)/pybabel -q compile -i $< -o $@
