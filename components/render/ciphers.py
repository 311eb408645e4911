"""Ciphers of both engines."""

CIPHERS = ":".join(
    (
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-CHACHA20-POLY1305",
    )
)
"""TLS 1.2 in the profile `intermediate` of Mozilla's server-side TLS guidelines 5.7, without the
finite-field DHE ciphers, which need parameters of one's own and which no client of the last ten
years lacks an alternative for."""
