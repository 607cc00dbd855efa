# make help explains itself. Everything runs in .venv; `make` brings what is missing first (tools/setup.py).
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
TESTS ?= tests
# The Node of .venv runs the scripts' own tests, and drives the browser: Playwright's own needs a library a bare system lacks.
WITH_NODE := PATH="$(CURDIR)/.venv/bin:$$PATH" PLAYWRIGHT_NODEJS_PATH="$(CURDIR)/.venv/bin/node"
# Where this is set, every process would compile the whole program anew: a second of each start, minutes of the tests.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test check format migrate demo-data bench bench-points bench-curves screenshots lock wheel clean

help: ## 显示本说明 · show this
	@printf 'gridmap  一网统管网格地图\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'
	@printf '\n设置 settings: docs/settings.md   GRIDMAP_PORT=8001 GRIDMAP_HOME=~/second make run\n'

setup:
	@$(PYTHON) tools/setup.py run

setup-test:
	@$(PYTHON) tools/setup.py test

run: setup ## 安装所需并运行 · bring what is needed, then run: http://127.0.0.1:8000
	@exec $(BIN)/gridmap run

test: setup-test ## 安装所需并运行全部测试 · bring what is needed, then all tests (TESTS=tests/cluster for some)
	@$(WITH_NODE) exec $(BIN)/pytest --numprocesses=auto --maxprocesses=4 --no-loadscope-reorder $(TESTS)

check: setup-test ## 格式、规则、类型、楼层 · format, lint, types, floors
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup-test ## 整理代码格式 · format the code
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

migrate: setup ## 更新数据库结构 · bring the database's tables up to date
	@exec $(BIN)/gridmap migrate

demo-data: setup-test ## 重新生成演示镇数据 · draw the demo town anew into data/geojson
	$(BIN)/python -m tools.demo_town

bench: setup-test ## 测量性能 · measure, and print the figures as a table and as JSON
	@$(WITH_NODE) exec $(BIN)/python -m tools.bench

bench-points: setup-test ## 与别家比定位速度 · points to polygons, measured beside other programs
	@$(BIN)/python -m tools.setting_up.peers
	@exec $(BIN)/python -m tools.bench.locating

bench-curves: setup-test ## 画出成本随规模的曲线 · how costs grow with grids, cases and live clients, as plots
	@$(WITH_NODE) exec $(BIN)/python -m tools.bench.curves

screenshots: setup-test ## 重拍文档里的截图 · take the pictures of the documents anew
	@$(WITH_NODE) exec $(BIN)/python -m tools.screenshots

lock: setup-test ## 更新依赖锁定 · choose the newest versions and lock them with their hashes
	@exec $(BIN)/python -m tools.lock

wheel: setup-test ## 构建安装包 · build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

clean: ## 删除可再生成的文件（不动数据） · remove what can be made again (never data)
	rm -rf .venv .setup .system node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -f gridmap/translations/*/LC_MESSAGES/*.mo
	find gridmap tools tests -name __pycache__ -type d -prune -exec rm -rf {} +
