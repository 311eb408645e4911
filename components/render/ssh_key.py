"""The public half of an SSH key."""

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_private_key,
)


def public_key_of(private_key: str) -> str:
    """The `authorized_keys` line of an unencrypted OpenSSH or PEM private key.

    Raises ValueError for anything else, without echoing the key.
    """
    try:
        key = load_ssh_private_key(private_key.encode(), password=None)
    except Exception as error:
        raise ValueError(
            f"the SSH private key cannot be read ({type(error).__name__}): it must be an"
            " unencrypted OpenSSH private key (ssh-keygen -t ed25519 -N '')"
        ) from None
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
