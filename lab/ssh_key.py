"""The key that opens the lab's machines, made once per lab."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from lab.records import write_atomically
from lab.state import Lab


def private_key(lab: Lab) -> Path:
    return lab.ssh / "id_ed25519"


def ensure_ssh_key(lab: Lab) -> bool:
    """Makes the pair unless it is there; the public half is written last. True when it made one."""
    secret, public = private_key(lab), lab.ssh / "id_ed25519.pub"
    if secret.is_file() and public.is_file():
        return False
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    write_atomically(secret, pem.decode(), mode=0o600)
    write_atomically(public, f"{line.decode()} k8s-ha-lb-{lab.name}\n")
    return True
