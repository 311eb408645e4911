"""Faults that the budget predicts and `lab.drill` causes."""

from enum import StrEnum


class Fault(StrEnum):
    """One thing that goes wrong, or is changed on purpose, while everything else is well."""

    ENGINE_KILLED = "engine-killed"
    ENGINE_HUNG = "engine-hung"
    NODE_POWER_LOSS = "node-power-loss"
    NODE_LINK_CUT = "node-link-cut"
    NODE_SILENT_PARTITION = "node-silent-partition"
    NODE_PARTITION_HEALS = "node-partition-heals"
    KEEPALIVED_STOPPED = "keepalived-stopped"
    KEEPALIVED_KILLED = "keepalived-killed"
    FAIL_BACK = "fail-back"
    BACKEND_KILLED = "backend-killed"
    BACKEND_SILENT = "backend-silent"
    BACKEND_HUNG = "backend-hung"
    BACKEND_ANSWERS_500 = "backend-answers-500"
    BACKEND_RESTARTED = "backend-restarted"
    BACKEND_RETURNS = "backend-returns"
    CONFIGURATION_CHANGED = "configuration-changed"
    ENGINE_SWITCHED = "engine-switched"
