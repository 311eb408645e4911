"""The machine image: a Debian tree that boots systemd and installs packages without a network."""

from lab.image.build import ensure_image
from lab.image.recipe import HOST_PACKAGES

__all__ = ["HOST_PACKAGES", "ensure_image"]
