"""Judges certificates and their private keys before a host is touched."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from components.model.base import refuse
from components.model.certificates import key_belongs, parse_chain
from components.model.tls import Certificate


def key_faults(
    certificates: Sequence[Certificate], keys: Mapping[str, str]
) -> Iterator[ValueError]:
    """What is wrong with the private keys: one missing, superfluous, unreadable or another's.

    No error shows anything of a key.
    """
    names = [certificate.name for certificate in certificates]
    for certificate in certificates:
        if certificate.name in keys:
            yield from _fault_of_key(certificate, keys[certificate.name])
        else:
            yield refuse(
                f"tlsKeys.{certificate.name}",
                "not set",
                f"certificate {certificate.name} needs its private key",
                "run `pulumi config set --secret --path"
                f" 'k8s-ha-lb:tlsKeys.{certificate.name}' < key.pem`",
            )
    for name in sorted(set(keys) - set(names)):
        yield refuse(
            f"tlsKeys.{name}",
            "set",
            f"the certificates are {', '.join(names) or 'none'}",
            f"run `pulumi config rm --path 'k8s-ha-lb:tlsKeys.{name}'` or add the certificate",
        )


def validity_faults(certificates: Sequence[Certificate], now: datetime) -> Iterator[ValueError]:
    """Certificates that clients refuse at `now` (UTC) because the chain is not valid then."""
    for certificate in certificates:
        setting = f"certificates[{certificate.name}].chain"
        if certificate.not_after <= now:
            until = f"valid until {certificate.not_after.isoformat()}"
            yield refuse(setting, until, f"it is {_told(now)}", "renew the certificate")
        elif certificate.not_before > now:
            yield refuse(
                setting,
                f"valid from {certificate.not_before.isoformat()}",
                f"it is {_told(now)}",
                "wait, or compare the clocks of this machine and of the authority",
            )


def _fault_of_key(certificate: Certificate, key: str) -> Iterator[ValueError]:
    setting = f"tlsKeys.{certificate.name}"
    give = "give the key that the certificate was made with, PEM without passphrase"
    try:
        belongs = key_belongs(parse_chain(certificate.chain)[0], key)
    except ValueError:
        yield refuse(setting, "not readable", "no private key in PEM without passphrase", give)
        return
    if not belongs:
        yield refuse(setting, "another key", f"certificate {certificate.name} has not this", give)


def _told(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
