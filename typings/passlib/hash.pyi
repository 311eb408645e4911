"""Types of what this project uses of passlib, which has none of its own."""

class sha512_crypt:  # noqa: N801 (passlib's name)
    @classmethod
    def using(cls, *, salt: str, rounds: int) -> type[sha512_crypt]: ...
    @classmethod
    def hash(cls, secret: str) -> str: ...
