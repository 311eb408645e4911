"""What becomes of connections that were open when a fault struck."""

from enum import StrEnum


class Fate(StrEnum):
    """What every open connection goes through; the drill holds some open and looks."""

    SURVIVE = "survive"
    """It goes on."""
    FINISH = "finish"
    """It goes on in a worker that takes no new ones, for a bounded time."""
    BROKEN_AT_ONCE = "broken at once"
    """The client is told (FIN or RST) within the outage, also when it sends nothing."""
    BROKEN = "broken"
    """The client is told (RST) by the first packet that reaches the new holder of the VIP."""
    HANG = "hang"
    """What was sent is acknowledged and never answered; after the move it is broken."""
