# make demo   install, run all jobs on the embedded district, say where the maps are
# make test   set up everything the tests need, lint, test
# make coverage  the tests again, twice as slow, with the gate of 95 % of lines and branches
# make check  lint only (after make test once)    make fix   format and mend what ruff can
# make notebooks  run the notebooks, write each as a page into docs/notebooks
# make bench  time, memory and error beside peers, small    make bench-national  1 and 10 million roads
# make clean  remove what make made

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
  "$$p" -c '$(NEW_ENOUGH)' 2>/dev/null && command -v "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 2
ASSETS := qxgeo/_assets/manifest.json

.PHONY: demo test coverage check fix bench bench-national notebooks clean browser
.DEFAULT_GOAL := demo

demo: .stamps/install $(ASSETS)
	$(BIN)/qxgeo run
	$(BIN)/qxgeo patrol
	$(BIN)/qxgeo siting
	$(BIN)/qxgeo today --at "2023-12-28 18:20" --wind 20 --speed 2.1 --warning yellow --air data/demo/air_hours.csv
	$(BIN)/qxgeo water
	$(BIN)/qxgeo water-audit data/demo_tracks/W0*.csv --carts data/demo_tracks/carts.xlsx
	@echo "地图已生成，请用浏览器打开 / the maps are ready, open: $(CURDIR)/maps/index.html"

test: .stamps/develop browser check
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

coverage: .stamps/develop browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term-missing:skip-covered

check: .stamps/develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ruff check --preview --select DOC501 qxgeo
	$(BIN)/mypy
	$(BIN)/lint-imports
	find qxgeo -name '*.py' -print0 | sort -z | xargs -0 $(BIN)/numpydoc lint

fix: .stamps/develop
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .stamps/bench
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/jobs.py --small

bench-national: .stamps/bench
	$(BIN)/python benchmarks/bench.py --sizes province nation
	$(BIN)/python benchmarks/bench.py --sizes province-20 province-2000 --systems qxgeo

notebooks: .stamps/develop
	$(BIN)/python scripts/render_notebooks.py

clean:
	rm -rf $(VENV) .stamps .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
	rm -rf build dist qxgeo/_assets .import_linter_cache
	find qxgeo tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

.stamps/venv:
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(NEW_ENOUGH)' || \
	  { echo "需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed; name it: make PYTHON=..."; exit 2; }
	"$(PYTHON)" -m venv $(VENV) || \
	  { echo "无法创建虚拟环境（Debian: apt-get install python3-venv） / no venv module"; exit 2; }
	$(PIP) install --upgrade 'pip>=25.1'
	@mkdir -p .stamps && touch $@

# The hook that runs in an installation collects the maps' scripts with npm.
.stamps/install: .stamps/venv pyproject.toml hatch_build.py package.json package-lock.json
	$(PIP) install --editable '.[fast]' || $(PIP) install --editable .
	@touch $@

$(ASSETS): .stamps/install
	@test -f $@ || $(PIP) install --editable . --no-deps --force-reinstall
	@touch $@

.stamps/develop: .stamps/install $(ASSETS)
	$(PIP) install --group test --group lint
	@touch $@

# Peers that cannot be installed are left out, and the tables say why.
.stamps/bench: .stamps/install $(ASSETS)
	$(PIP) install --group bench || $(PIP) install --group peers || echo "some peers are missing"
	@touch $@

# Tests in a browser skip, and say so, where there is none.
browser:
	@sh scripts/ensure_browser.sh
