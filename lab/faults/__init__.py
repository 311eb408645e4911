"""Faults that can be made in a lab, and healed."""

from lab.faults.fault import ActiveFault, Fault, FaultError, Role, active_faults
from lab.faults.registry import FAULTS, apply_fault, heal_all, heal_fault, prepare_fault

__all__ = [
    "FAULTS",
    "ActiveFault",
    "Fault",
    "FaultError",
    "Role",
    "active_faults",
    "apply_fault",
    "heal_all",
    "heal_fault",
    "prepare_fault",
]
