"""A watch through the VIP that idles while other proofs run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lab.prober.watch import LongWatch
from tests.lab.proofs.stack import StackUnderTest

WATCHED = "after-idling"
"""Name of a configmap that does not exist yet: until it does, nothing is sent."""
LONGEST_S = 1800


@dataclass(frozen=True)
class IdleWatch:
    """A watch, and when it was opened (monotonic, s)."""

    watch: LongWatch
    opened_s: float

    @property
    def idle_s(self) -> float:
        """How long it has been open, s."""
        return time.monotonic() - self.opened_s


@contextmanager
def idling(stack: StackUnderTest) -> Iterator[IdleWatch]:
    """The watch, opened through the IPv4 VIP once the expected node holds it."""
    stack.settle()
    target, pki = stack.target(), stack.lab.pki
    with LongWatch(
        target.client,
        f"https://{target.load_balancer.vips[0].address}:6443/api/v1/namespaces/default/configmaps"
        f"?watch=1&fieldSelector=metadata.name%3D{WATCHED}",
        ca=pki / "ca.crt",
        client_cert=pki / "admin.crt",
        client_key=pki / "admin.key",
        duration_s=LONGEST_S,
    ) as watch:
        yield IdleWatch(watch, time.monotonic())
