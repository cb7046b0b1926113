# Everything a developer needs. Nothing but Python 3.11+ and make has to be there.
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench
WORKERS ?= 3
VENV := .venv/bin/python

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1   /p' $(firstword $(MAKEFILE_LIST))

demo: ## simulated fleet and portal on http://127.0.0.1:8000 (PORT, SUBCLOUDS, CONTROLLERS, SPEED, SEED, SIMULATOR_PORT)
	@sh scripts/bootstrap run && exec $(VENV) -m dcportal.demo

test: ## all tests, against real processes (ARGS="tests/alarms -k shelve" for some, WORKERS=0 for one after the other)
	@sh scripts/bootstrap dev
	@sh scripts/chromium
	@$(VENV) -m pytest --durations=10 --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder $(ARGS)

lint: ## style, types, import rules, migrations, templates
	@sh scripts/bootstrap dev
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m mypy
	$(VENV) scripts/lint_imports.py
	$(VENV) manage.py check
	$(VENV) manage.py makemigrations --check --dry-run
	$(VENV) -m djlint --quiet --lint templates

bench: ## measure against the budgets (ONLY="ingest rest" for some)
	@sh scripts/bootstrap dev
	@$(VENV) -m bench $(ONLY)
