# What one does with Footlight from a checkout. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help demo test soak bench check lock clean

PYTHON := $(shell for python in python3.13 python3.12 python3.11 python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; break; fi; done)
UV ?= uv
COMPILE := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate --group build pyproject.toml
# Tests of servers and processes wait much: a worker more than there are cores uses that time.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PARALLEL := --maxprocesses 8 --dist worksteal

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/ready ## the whole product with a sandbox HubSpot and Slack, no account needed (ARGS=--fresh starts over)
	@.venv/bin/footlight demo $(ARGS)

test: .venv/ready-dev ## the tests, on SQLite and on PostgreSQL
	.venv/bin/pytest -q -n $(WORKERS) $(PARALLEL) -m "not soak" tests

soak: .venv/ready-dev ## the large profile: long random histories, kill -9, scale
	HYPOTHESIS_PROFILE=soak .venv/bin/pytest -q -n logical $(PARALLEL) --timeout 550 -m soak tests || test $$? = 5

bench: .venv/ready-dev ## measure against baselines; writes docs/performance.md
	.venv/bin/python -m bench

check: .venv/ready-dev ## lint, format, types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

lock: ## pin every dependency anew (needs uv)
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra dev -c requirements.lock -o requirements-dev.lock

clean: ## remove what make made
	rm -rf .venv .demo .demo.run

.venv/made:
	@test -n "$(PYTHON)" || { echo "Footlight needs Python 3.11 or newer: install it, then run make again."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install -y $(PYTHON)-venv"; exit 1; }
	@echo "Setting up .venv (once; about a minute) ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: .venv/made requirements.lock pyproject.toml
	@.venv/bin/pip install -q --disable-pip-version-check -r requirements.lock
	@.venv/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-dev: .venv/made requirements-dev.lock pyproject.toml
	@.venv/bin/pip install -q --disable-pip-version-check -r requirements-dev.lock
	@.venv/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ .venv/ready
