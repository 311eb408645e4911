"""A server on loopback, its authority, and a port nobody else gets by chance."""

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.lab.prober.certificates import Authority, Pair
from tests.lab.prober.endpoint import Endpoint

BELOW_EPHEMERAL = range(21000, 28000)


@pytest.fixture(autouse=True)
def _compiler() -> None:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler (cc): the prober cannot be built")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "test-authority")


@pytest.fixture(scope="session")
def pair(authority: Authority) -> Pair:
    return authority.issue("server-1")


@pytest.fixture
def port() -> int:
    """Free on both loopbacks, and outside the range that connecting sockets draw from."""
    for number in BELOW_EPHEMERAL:
        try:
            with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
                four.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                four.bind(("127.0.0.1", number))
                six.bind(("::1", number))
        except OSError:
            continue
        return number
    raise RuntimeError(f"no free port in {BELOW_EPHEMERAL}")


@pytest.fixture
def serve(port: int, pair: Pair) -> Iterator[Callable[..., Endpoint]]:
    """Starts a listening server; TLS unless told otherwise."""
    with ExitStack() as running:

        def start(address: str = "127.0.0.1", *, tls: bool = True, mute: bool = False) -> Endpoint:
            endpoint = Endpoint(address, port, name="server-1", pair=pair if tls else None)
            running.enter_context(endpoint)
            if mute:
                endpoint.do("mute")
            endpoint.do("listen")
            return endpoint

        yield start


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "probe"
