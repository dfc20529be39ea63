# Everything lives in .venv, made here from the locked requirements; nothing else is touched.
# Needs make, git and Python 3.11 or later. Another Python: make run PYTHON=python3.12

PYTHON ?= python3
# Many tests wait for a screen or a disk: two for each of two cores keep both at work.
PYTEST_FLAGS ?= -n 4 --dist worksteal
LOCK_FLAGS ?=

VENV := .venv
BIN := $(VENV)/bin
PACKAGES := tui planner store migrations
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed

PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet

# A .venv whose Python has gone, or whose checkout was moved, is made again.
STALE := $(shell if [ -e $(VENV)/.checkout ]; then \
	[ "$$(cat $(VENV)/.checkout)" = "$$(pwd -P)" ] && $(BIN)/python -c "" 2>/dev/null || echo stale; fi)
ifneq ($(STALE),)
.PHONY: $(VENV)/pyvenv.cfg
endif

define check_python
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
		echo "There is no '$(PYTHON)' here. planner-tui needs Python 3.11 or later:" >&2; \
		echo "install it, or name yours: make run PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "'$(PYTHON)' is $$("$(PYTHON)" --version 2>&1); planner-tui needs Python 3.11 or later." >&2; \
		echo "Name another one: make run PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' can't make virtual environments: its venv or ensurepip module is missing." >&2; \
		echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
endef

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test bench format lock

help: ## List what make can do
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | \
		while IFS='|' read -r name words; do printf '%-13s %s\n' "$$name" "$$words"; done

run: $(RUN) ## Open the board on the sample plan, kept in .venv/sample.db
	@$(BIN)/planner-tui --db $(VENV)/sample.db demo

test: $(DEV) ## Check formatting, lint, types and imports, then run the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest $(PYTEST_FLAGS)

bench: $(DEV) ## Measure what the README says about speed
	$(BIN)/python -m bench

format: $(DEV) ## Format the code and fix what lint can fix
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

# Pins that still fit are kept; to take newer releases: make lock LOCK_FLAGS=--upgrade
lock: ## Write requirements/*.lock again from pyproject.toml
	$(check_python)
	@set -e; \
	tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	$(PYTHON) -m venv "$$tools"; \
	"$$tools/bin/python" -m pip --disable-pip-version-check install --quiet 'uv>=0.9'; \
	lock() { "$$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		$(LOCK_FLAGS) pyproject.toml "$$@"; }; \
	lock --group build --output-file requirements/run.lock; \
	lock --group dev --constraint requirements/run.lock --output-file requirements/dev.lock

# The sample plan stays when the rest is made again.
$(VENV)/pyvenv.cfg:
	$(check_python)
	@echo "Making $(VENV)"
	@rm -rf $(BIN) $(VENV)/lib $(VENV)/lib64 $(VENV)/include $(RUN) $(DEV) $@
	@"$(PYTHON)" -m venv $(VENV)
	@pwd -P > $(VENV)/.checkout

$(RUN): requirements/run.lock pyproject.toml $(VENV)/pyvenv.cfg
	@echo "Installing what planner-tui runs on"
	@$(INSTALL) --require-hashes -r requirements/run.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

# dev.lock holds all of run.lock, so this does for `make run` too.
$(DEV): requirements/dev.lock requirements/run.lock pyproject.toml $(VENV)/pyvenv.cfg
	@echo "Installing what planner-tui is developed and tested with"
	@$(INSTALL) --require-hashes -r requirements/dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $(RUN) $@
