# `make` alone lists what there is to do. Everything lands in this folder: .venv, node_modules, static/dist, instance.
PYTHON ?= python3
BIN := .venv/bin
# Tests run in this many processes; the browser and PostgreSQL are started once in each.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test lint quick types style imports templates format bench lock assets browser screenshots venv dev clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: venv assets ## start the product at http://127.0.0.1:8000 (PORT, DATABASE_URL)
	@$(BIN)/roadmap run

test: ## everything CI checks: lint, then all tests (PYTEST="-k words" to choose)
	@CHROMIUM=$$(MAKE=$(MAKE) sh scripts/ready.sh) || exit 1; export CHROMIUM; \
	$(MAKE) --no-print-directory quick && sh scripts/tests.sh -n $(WORKERS) $(PYTEST)

lint: quick types ## format, code, types, import contracts, templates

types: dev
	@echo "mypy"; $(BIN)/mypy --no-error-summary

quick: dev
	@$(MAKE) --no-print-directory -j2 imports style templates

style: dev
	@echo "ruff format"; $(BIN)/ruff format --check --quiet . || { echo "Run \`make format\`." >&2; exit 1; }
	@echo "ruff check"; $(BIN)/ruff check --quiet .

imports: dev
	@echo "lint-imports"; sh scripts/quiet.sh $(BIN)/lint-imports

templates: dev
	@echo "djlint"; sh scripts/quiet.sh $(BIN)/djlint --lint --quiet templates

format: dev ## put the code in the house style
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: dev assets ## load the reference organisation and time every page
	@$(BIN)/python -m benchmarks $(BENCH)

lock: dev ## choose the newest allowed versions and write the lock files
	@sh scripts/lock.sh

assets: venv ## build static/dist from npm packages, static/css and static/js
	@sh scripts/assets.sh

browser: ## find a Chromium for the tests, or install one
	@sh scripts/browser.sh

screenshots: dev assets ## picture pages of a running copy: ARGS="http://127.0.0.1:8000 --email ... /launches"
	@CHROMIUM=$$(sh scripts/browser.sh) || exit 1; export CHROMIUM; $(BIN)/python scripts/screenshots.py $(ARGS)

venv: ## .venv with what the product needs
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed and \`$(PYTHON)\` was not found: install it and run make again." >&2; exit 1; }
	@$(PYTHON) scripts/bootstrap.py base

dev: ## .venv with the tools and tests as well
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed and \`$(PYTHON)\` was not found: install it and run make again." >&2; exit 1; }
	@$(PYTHON) scripts/bootstrap.py dev

clean: ## remove what make made; your data in instance/ stays
	@rm -rf .venv node_modules static/dist build *.egg-info test-results screenshots .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
