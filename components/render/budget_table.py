"""The failover budget as text for people, printed in preview."""

from components.model.budget.budget import FailoverBudget
from components.model.budget.prediction import Prediction


def render_budget_table(name: str, budget: FailoverBudget) -> str:
    """A table: fault, worst outage, affected part of the connections, established ones, why."""
    head = ("fault", "no new connection for", "part of them fails for", "established connections")
    rows = [head, *(_row(p) for p in budget.predictions)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    why = [f"  {p.fault.value}: {p.formula}" for p in budget.predictions]
    worst = budget.worst
    return "\n".join(
        [
            f"Failover budget of {name}:"
            f" worst outage {_time(worst.worst_ms)} ({worst.fault.value})",
            *lines,
            "Because:",
            *why,
        ]
    )


def _row(prediction: Prediction) -> tuple[str, str, str, str]:
    part = (
        "-"
        if prediction.failing_ms == 0
        else f"{_time(prediction.failing_ms)} ({prediction.degraded_share:.0%})"
    )
    return prediction.fault.value, _time(prediction.outage_ms), part, prediction.established


def _time(milliseconds: float | None) -> str:
    if milliseconds is None or milliseconds == float("inf"):
        return "no bound"
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.1f} s"
