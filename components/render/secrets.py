"""Secret files of the engine: passwords are hashed before they leave the operator's machine."""

import hashlib

from passlib.hash import sha512_crypt

HASH_ROUNDS = 5000
"""Rounds of SHA-512 crypt: about 4 ms of one core for each request to the statistics page."""


def render_userlist(user: str, password: str, scope: str) -> str:
    """HAProxy's `userlist` for the statistics page, with a hash instead of the password.

    The salt follows from `scope` and `user`, so that equal input gives equal bytes. Raises
    ValueError for an empty password.
    """
    if not password:
        raise ValueError(
            "statsPassword is empty: the statistics page needs a password; set one with"
            " `pulumi config set --secret k8s-ha-lb:statsPassword` or set stats.enabled to false"
        )
    salt = hashlib.sha256(f"{scope}/{user}".encode()).hexdigest()[:16]
    hashed = sha512_crypt.using(salt=salt, rounds=HASH_ROUNDS).hash(password)
    return f"userlist statistics\n  user {user} password {hashed}\n"
