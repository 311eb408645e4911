"""A throwaway authority and server certificates in files, as the prober reads them."""

from dataclasses import dataclass
from pathlib import Path

from tests import authority


@dataclass(frozen=True)
class Pair:
    certificate: Path
    key: Path


class Authority:
    """Signs certificates into one folder; `ca` is its own certificate."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._authority = authority.Authority(name)
        self.ca = folder / f"{name}.crt"
        self.ca.write_text(self._authority.certificate)

    def issue(self, common_name: str) -> Pair:
        """A certificate for loopback and its own name."""
        issued = self._authority.server(common_name, "127.0.0.1", "::1")
        pair = Pair(self._folder / f"{common_name}.crt", self._folder / f"{common_name}.key")
        pair.certificate.write_text(issued.chain)
        pair.key.write_text(issued.key)
        return pair
