# Daily work. Set-up and running is ./moonseal's; everything here only wraps what stands elsewhere.
python := .venv/bin/python

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

lint: ## ruff, mypy, import-linter
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy . && .venv/bin/lint-imports

test: ## the whole suite
	./moonseal test

bench: ## fields right, CPU beside peers in the same run
	.tools/uv/bin/uv sync -q --frozen --no-build --no-install-project --inexact --group test --group bench
	OMP_THREAD_LIMIT=1 $(python) -m bench.run

soak: ## minutes to hours: fresh machines in a folder (as root), kill loops
	$(python) tests/soak/run.py

up: ## a private PostgreSQL and S3 server for daily work
	@tests/services/start_pg.sh start
	@tests/services/start_s3.sh start

down: ## ends them; their data stays
	@tests/services/start_pg.sh stop
	@tests/services/start_s3.sh stop

.PHONY: help lint test bench soak up down
