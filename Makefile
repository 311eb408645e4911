# One command each; `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv/bin

RUNS := 10
# Most tests wait most of their time: two workers for each processor.
WORKERS := $(shell echo $$(($$(nproc) * 2)))

.PHONY: help up down status test drill lint format doctor venv venv-dev

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

up: venv ## build the lab and run `pulumi up`: an HA kube-apiserver endpoint on this machine
	@bin/hactl lab up

down: venv ## remove everything the lab made
	@bin/hactl lab down

status: venv ## what runs, who holds the VIP
	@bin/hactl lab status

doctor: venv ## where every part comes from, what is missing and how to fix it
	@bin/hactl doctor

test: lint ## lint, types and every test this machine can run
	@[ "$$(id -u)" != 0 ] || bin/hactl doctor --install || echo "some tests may be skipped"
	@status=0; \
	$(VENV)/python -m pytest -m "not alone" -n $(WORKERS) --dist loadscope || status=1; \
	$(VENV)/python -m pytest -m alone || status=1; \
	exit $$status

drill: venv-dev ## every fault against its prediction, RUNS=10 times each, in a lab of its own
	@$(VENV)/python -m pytest --runs $(RUNS) tests/lab/proofs/test_node_faults.py tests/lab/proofs/test_backend_faults.py

lint: venv-dev ## ruff and pyright
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/basedpyright

format: venv-dev ## rewrite the code in the house format
	@$(VENV)/ruff check --fix .
	@$(VENV)/ruff format .

venv:
	@bin/ensure-venv requirements.txt

venv-dev:
	@bin/ensure-venv requirements-dev.txt
