"""TLS of a listener (termination) and of a pool (re-encryption)."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from components.model.base import Model, refuse
from components.model.certificates import (
    canonical,
    misplaced,
    names_of,
    parse_chain,
    valid_from,
    valid_until,
)
from components.model.machine import HostName
from components.model.network import DnsName, RouteHost, covers


class TlsProfile(StrEnum):
    """Protocol versions and ciphers as Mozilla's server-side TLS guidelines name them (5.7):
    `intermediate` is TLS 1.2 and 1.3, `modern` is TLS 1.3 alone."""

    INTERMEDIATE = "intermediate"
    MODERN = "modern"


class Certificate(Model):
    """A certificate and its chain; its private key is the secret `tlsKeys.<name>`."""

    name: HostName
    """Name of the certificate here and of its key among the secrets `tlsKeys`."""
    chain: str
    """PEM: the certificate, then what issued it, without the root; in a stack file give
    `chainFile`, its path relative to the project."""

    @field_validator("chain")
    @classmethod
    def _only_certificates(cls, chain: str) -> str:
        return _canonical("certificates[].chain", chain)

    @model_validator(mode="after")
    def _it_is_a_chain_in_order(self) -> Self:
        chain = parse_chain(self.chain)
        wrong = misplaced(chain)
        if wrong is not None:
            raise refuse(
                f"certificates[{self.name}].chain",
                f"out of order at certificate {wrong + 1}",
                f"{chain[wrong].subject.rfc4514_string()} was not issued by the one after it",
                "put the certificate first and each issuer after what it issued",
            )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """DNS names and addresses that it is for."""
        return names_of(parse_chain(self.chain)[0])

    @property
    def not_before(self) -> datetime:
        """When the chain has begun to be valid."""
        return valid_from(parse_chain(self.chain))

    @property
    def not_after(self) -> datetime:
        """When the first certificate of the chain ends."""
        return valid_until(parse_chain(self.chain))


class Tls(Model):
    """Termination: clients speak TLS with the load balancer."""

    certificates: tuple[Certificate, ...] = Field(min_length=1)
    """A client gets the first one that is for the name it asks for, else the first of all."""
    profile: TlsProfile = TlsProfile.INTERMEDIATE
    """Versions and ciphers: Mozilla's `intermediate` (TLS 1.2 and 1.3) or `modern` (1.3 alone)."""
    names: tuple[RouteHost, ...] = ()
    """Names that clients use, beside those of the routes; each needs a certificate."""
    client_authority: str | None = None
    """PEM of the authority whose certificates clients must present; none asks for none. In a stack
    file give `clientAuthorityFile`."""
    http2: bool = True
    """Offer HTTP/2 (mode http)."""

    @field_validator("client_authority")
    @classmethod
    def _only_authorities(cls, pem: str | None) -> str | None:
        return None if pem is None else _canonical("tls.clientAuthority", pem)

    @model_validator(mode="after")
    def _they_are_usable(self) -> Self:
        names = [certificate.name for certificate in self.certificates]
        if len(set(names)) != len(names):
            raise refuse(
                "tls.certificates[].name", ", ".join(names), "one is used twice", "rename it"
            )
        self.require_names(self.names, "tls.names")
        return self

    def require_names(self, hosts: tuple[str, ...], setting: str) -> None:
        """Raises ValueError that names a host which no certificate is for."""
        offered = [name for certificate in self.certificates for name in certificate.names]
        for host in hosts:
            if host not in offered and not any(covers(name, host) for name in offered):
                raise refuse(
                    setting,
                    host,
                    f"the certificates are for {', '.join(offered) or 'no name'}",
                    "add a certificate for it or remove the name",
                )


class BackendTls(Model):
    """Re-encryption: the load balancer speaks TLS with the backends and verifies them."""

    ca: str | None = None
    """PEM of the authority that signed the backends' certificates; in a stack file `caFile`."""
    server_name: DnsName
    """Name sent in SNI and demanded of the backends' certificates."""
    insecure_skip_verify: bool = False
    """Opt out of verifying the backends."""

    @field_validator("ca")
    @classmethod
    def _only_authorities(cls, pem: str | None) -> str | None:
        return None if pem is None else _canonical("pool.tls.ca", pem)

    @model_validator(mode="after")
    def _it_verifies(self) -> Self:
        if self.ca is None and not self.insecure_skip_verify:
            raise refuse(
                "pool.tls.ca",
                "not set",
                "re-encryption verifies the backend",
                "set pool.tls.caFile to the authority of the backends' certificates",
            )
        return self


def _canonical(setting: str, pem: str) -> str:
    try:
        return canonical(pem)
    except ValueError as error:
        raise refuse(
            setting,
            "not usable",
            str(error),
            "give the PEM of certificates alone; private keys belong into the secret tlsKeys",
        ) from None
