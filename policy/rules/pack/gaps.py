"""Says what a rule could not judge."""

from collections.abc import Sequence

from pulumi_policy import ReportViolation
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UnknownValueError

from ..facts.resource import Resource
from .limits import Limits


class NotKnownYetError(UnknownValueError):
    """Values that only the update knows; the SDK shows it as an advice and goes on."""

    def __init__(self, message: str) -> None:
        super().__init__(UNKNOWN_OBJECT_VALUE, [])
        self.message = message


def report_gaps(judged: Sequence[Resource], limits: Limits, report: ReportViolation) -> None:
    """Reports missing facts as violations and unknown ones as an advice, after all violations.

    With `whenUnknown: refuse` unknown ones are violations too. Otherwise raises NotKnownYetError:
    the SDK's way to show an advice from a mandatory policy.
    """
    unknown: list[str] = []
    for resource in judged:
        for path, what in resource.facts.gaps.missing.items():
            report(
                f"{resource.name}: {path} {what}: this rule cannot judge what it is not told;"
                f" give {resource.type} this property",
                resource.urn,
            )
        for path in resource.facts.gaps.unknown:
            message = f"{resource.name}: {path} is not known before the update"
            if limits.refuse_unknown:
                report(f"{message}: whenUnknown is refuse; give it a fixed value", resource.urn)
            else:
                unknown.append(message)
    if unknown:
        raise NotKnownYetError(f"{'; '.join(unknown)}: judged when the update knows it")
