# The first Python that is new enough; say `make PYTHON=…` for another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN = .venv/bin
EMBEDDED = env -u DATABASE_URL -u REDIS_URL -u TALLYARD_DEMO -u TALLYARD_DEBUG

.PHONY: help run test lint types check fix lock environment dev-environment

help:
	@echo "make run     Tallyard with a demo company at http://127.0.0.1:8000 (PORT=… for another port)"
	@echo "make test    the whole suite on the embedded profile (ARGS=… are handed to pytest)"
	@echo "make check   lint, types, missing migrations; make fix mends what can be mended by itself"
	@echo "make lock    after a change of pyproject.toml or package.json (needs uv and npm)"

run: environment
	@exec $(BIN)/python scripts/run.py

test: dev-environment
	@$(BIN)/python scripts/vendor.py
	@$(BIN)/python scripts/messages.py
	$(EMBEDDED) $(BIN)/python -m pytest --numprocesses=auto $(ARGS)

lint: dev-environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev-environment
	$(BIN)/mypy

check: lint types
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check

fix: dev-environment
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	uv --no-config lock
	scripts/export.sh .
	npm install --package-lock-only --ignore-scripts

environment:
	@test -n "$(PYTHON)" || { echo "Tallyard needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) scripts/environment.py requirements.txt

dev-environment:
	@test -n "$(PYTHON)" || { echo "Tallyard needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) scripts/environment.py requirements-dev.txt
