# `make demo` and `make test` need Python 3.11+, make and a package index; nothing else.
PYTHON ?= python3
BIN := .venv/bin

# Processes of tests; each has a database server of its own. TESTS="-n 0" is one after the other.
TESTS ?= -n auto --dist=loadfile --no-loadscope-reorder

.PHONY: install demo test test-quick test-embedded fuzz faults push-story lint format types bench lock security sbom
install: .venv/installed

# What running takes; tests and checks add to it.
.venv/running: requirements-run.lock pyproject.toml
	@$(PYTHON) tools/install.py requirements-run.lock
	@touch $@

.venv/installed: .venv/running requirements.lock
	@$(PYTHON) tools/install.py requirements.lock
	@touch $@

demo: .venv/running
	$(BIN)/gridfeed up --demo --embedded

test: install
	$(BIN)/pytest $(TESTS)

test-quick: install
	$(BIN)/pytest $(TESTS) -m "not slow"

test-embedded: install
	GRIDFEED_TEST_KAFKA=embedded GRIDFEED_TEST_DATABASE_URL=embedded $(BIN)/pytest $(TESTS) -m "embedded and not slow"

fuzz: install
	$(BIN)/pytest tests/api/discovery/test_schemathesis.py --hypothesis-profile=long

# Starts services of its own, as root on Debian: 60 kills in a quarter of an hour.
faults: install
	$(BIN)/pytest -s tests/faults --faults=long

push-story: install
	$(BIN)/pytest -s tests/e2e/push --push-clients=1000 --push-seconds=300 --push-rate=2000

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install
	$(BIN)/gridfeed bench ingest

security:
	.ci/security/check

sbom:
	.ci/security/check sbom

# requirements.lock is for development: every extra. requirements-run.lock has the same versions of
# what it takes to build and to run, the embedded pair included.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q
lock:
	$(LOCK) pyproject.toml --all-extras -o requirements.lock
	$(LOCK) pyproject.toml --extra build --extra embedded -c requirements.lock -o requirements-run.lock
	$(LOCK) .ci/security/requirements.in -o .ci/security/requirements.lock
	$(LOCK) tests/api/tools/requirements.in -o tests/api/tools/requirements.lock
