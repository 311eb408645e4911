"""What became of a connection."""

import ssl
from collections.abc import Callable
from enum import StrEnum


class Outcome(StrEnum):
    """How an attempt ended, as the client sees it."""

    SERVED = "served"
    REFUSED = "refused"
    """RST to the SYN."""
    RESET = "reset"
    """RST on an established connection."""
    CLOSED = "closed"
    """FIN before an answer."""
    TIMED_OUT = "timed out"
    TLS_FAILED = "TLS failed"
    """No handshake, or a certificate that is not believed."""


def outcome(attempt: Callable[[], object]) -> Outcome:
    """How `attempt` ended. Raises any other OSError."""
    try:
        attempt()
    except ssl.SSLError:
        return Outcome.TLS_FAILED
    except TimeoutError:
        return Outcome.TIMED_OUT
    except ConnectionRefusedError:
        return Outcome.REFUSED
    except (ConnectionResetError, BrokenPipeError):
        return Outcome.RESET
    except ConnectionError:
        return Outcome.CLOSED
    return Outcome.SERVED
