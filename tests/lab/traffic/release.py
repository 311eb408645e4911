"""A node's files in a folder that is laid out as on a host (components/render/layout.py)."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from components.render.layout import ROOT
from components.render.plan import HostPlan


class Releases:
    """Releases and secret files below `root`, and the link to the current one."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._count = 0
        for name in ("releases", "secrets"):
            (root / name).mkdir(parents=True)

    def stage(self, plan: HostPlan, secrets: Mapping[str, str]) -> str:
        """Writes a release that is not yet in use; its path below the root."""
        self._count += 1
        name = f"releases/{self._count}"
        release = self._root / name
        release.mkdir()
        folder = None
        if plan.secrets_link is not None:
            written = self._write_secrets(plan, secrets)
            folder = f"{ROOT}/{written.relative_to(self._root)}"
            link = release / plan.secrets_link
            link.parent.mkdir(parents=True)
            link.symlink_to(folder)
        for file in plan.release_files(folder):
            path = release / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.content)
            path.chmod(file.mode)
        return name

    def switch(self, name: str) -> None:
        """Makes a staged release the current one, in one step."""
        new = self._root / "current.new"
        new.symlink_to(name)
        new.replace(self._root / "current")

    def _write_secrets(self, plan: HostPlan, secrets: Mapping[str, str]) -> Path:
        """Root's alone, but for those that the engine's workers read while they run."""
        folder = self._root / "secrets" / str(self._count)
        folder.mkdir()
        for name, content in secrets.items():
            path = folder / name
            path.touch(mode=0o600)
            path.write_text(content)
            if name in plan.engine_readable_secrets:
                shutil.chown(path, group=plan.engine_group)
                path.chmod(0o640)
        readable = 0o711 if plan.engine_readable_secrets else 0o700
        for part in (folder, folder.parent):
            part.chmod(readable)
        return folder
