# Each word does all its own set-up: a fresh clone and Python 3.11 are enough.
PYTHON ?= python3
BIN := .venv/bin
SETUP := $(PYTHON) tools/setup.py
# numpy's threads only get in each other's way: a turn's matrices are small, and one process serves one core.
export OPENBLAS_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo scale test check torture bench bench-nlu docs lock

help: ## list these words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## make .venv and install what development needs
	@$(SETUP) dev

demo: ## chat with the sample bot in the browser; Ctrl-C ends it and leaves nothing behind
	@$(SETUP) runtime
	@$(BIN)/botyard demo

test: check ## check, then run every test
	@$(PYTHON) tools/debian.py
	@$(BIN)/pytest -n 2

check: setup ## formatter, linter, types, import contracts, house rules
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/check_house.py

torture: setup ## kill, restart and count for hours, resumable; writes docs/reference/reliability.md; PARTS="NAME … --minutes M"
	@$(PYTHON) tools/debian.py
	@$(BIN)/python -m tests.torture $(PARTS)

bench: setup ## measure turns, start and memory; writes docs/reference/benchmarks.md
	@$(PYTHON) tools/debian.py
	@$(BIN)/python -m bench

bench-nlu: setup ## measure understanding; writes docs/reference/benchmarks-nlu.md
	@$(BIN)/python -m bench.understanding

bench-code: setup ## measure custom code beside its rivals; writes docs/reference/benchmarks-code.md
	@$(PYTHON) tools/debian.py
	@$(BIN)/python -m bench.code

scale: setup ## PostgreSQL, Redis, two servers and four workers here; one after another is killed while users chat
	@$(PYTHON) tools/debian.py
	@$(BIN)/python -m tools.scale

docs: setup ## check every link in the documentation and say where to begin
	@$(BIN)/python tools/check_house.py docs
	@echo "The documentation begins at docs/README.md"

lock: setup ## resolve the dependencies anew; UPGRADE=--upgrade takes newer ones
	@$(BIN)/python tools/lock.py $(UPGRADE)
