# One command each; `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv/bin

.PHONY: help up down status test lint format doctor venv venv-dev

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
	@$(VENV)/python -m pytest

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
