"""Virtual addresses and the VRRP timers that move them."""

from pydantic import Field

from components.model.address import Address
from components.model.base import Model


class Vip(Model):
    """A virtual address, held by exactly one node at a time through VRRP."""

    address: Address
    """The address; every node needs one of its own in the same family."""
    interface: str = Field(default="eth0", pattern=r"^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,14}$")
    """Interface of the nodes that carries the address."""
    vrid: int = Field(ge=1, le=255)
    """Virtual router id (RFC 9568): unique on the network segment for its address family."""

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.address.version


class Vrrp(Model):
    """VRRP timers of a load balancer; a profile sets them."""

    advertisement_interval_ms: int = Field(default=1000, ge=30, le=40_950, multiple_of=10)
    """Time between the holder's advertisements, ms. VRRPv3 counts in 10 ms; below 30 ms a busy
    machine loses the address without a fault (trials with keepalived 2.2 on two cores)."""
    script_interval_s: int = Field(default=1, ge=1, le=60)
    """Time between two checks of the local engine, s (keepalived 2.2 knows whole seconds only)."""
    script_timeout_s: int = Field(default=1, ge=1, le=60)
    """How long one check of the local engine may take, s."""
    script_fall: int = Field(default=2, ge=1, le=10)
    """Failed checks in a row until the node gives up the address."""
    script_rise: int = Field(default=2, ge=1, le=10)
    """Good checks in a row until the node may hold the address again."""
    preempt: bool = True
    """Give the address back to the node with the highest priority when it returns. Fail-back
    breaks established connections a second time; false leaves the address where it is."""
    preempt_delay_s: int = Field(default=2, ge=0, le=1000)
    """How long a returned node waits before it takes the address back, s."""
    garp_refresh_s: int = Field(default=1, ge=1, le=60)
    """Time between the holder's repeated address announcements, s: bounds how long neighbours
    keep sending to the wrong node after a partition heals (34 s without, in trials)."""
