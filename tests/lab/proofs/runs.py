"""Repeats a drill until it has been measured often enough on a machine that kept up."""

from collections.abc import Callable, Sequence

from lab.drill.measurement import Measurement

REPEATS = 5
"""Runs that may be thrown away because this machine stalled while a bound was exceeded."""


def measured_runs(
    runs: int, drill: Callable[[int], Sequence[Measurement]], figures: list[str]
) -> list[str]:
    """What exceeded its prediction in `runs` runs; every run is told in `figures`.

    A run in which the machine itself stalled says nothing against a prediction: it is made again.
    Where none may fail, a stall excuses nothing: clients are more patient than that.
    """
    violations: list[str] = []
    repeats = 0
    run = 0
    while run < runs:
        results = drill(run)
        figures.extend(result.line() for result in results)
        found = [f"run {run + 1}: {v}" for result in results for v in result.violations()]
        lost = any(result.failed and result.prediction.worst_ms == 0 for result in results)
        if found and not lost and any(result.disturbed for result in results):
            repeats += 1
            figures.append(f"  made again: {'; '.join(found)}")
            if repeats > REPEATS:
                return [*violations, f"this machine is too busy to measure: {'; '.join(found)}"]
            continue
        violations += found
        run += 1
    return violations
