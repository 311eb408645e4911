"""The machine image: a Debian tree that boots systemd and installs packages without a network."""

from lab.image.build import ensure_image

__all__ = ["ensure_image"]
