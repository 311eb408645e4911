"""A project-private PULUMI_HOME where the stand-ins are found without touching the operator's own.

The engine looks for a language host beside its own binary, and for plugins in PULUMI_HOME. The
launchers refer to this checkout's code and virtual environment, so they live in the checkout.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
HOME = CHECKOUT / ".lab" / "pulumi-home"


def place_engine(built: Path) -> Path:
    """Put engine and language host stand-in side by side; returns the engine's path."""
    engine = HOME / "bin" / "pulumi"
    engine.parent.mkdir(parents=True, exist_ok=True)
    if not _same_file(engine, built):
        temporary = engine.with_name(f".pulumi.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        try:
            os.link(built, temporary)
        except OSError:  # another filesystem
            shutil.copy2(built, temporary)
        temporary.rename(engine)
    _launcher(engine.with_name("pulumi-language-python"), "lab.stand_ins.pulumi_language_python")
    return engine


def place_command_plugin(folder_name: str) -> Path:
    """Put the command plugin stand-in where the engine looks for it; returns the PULUMI_HOME."""
    _launcher(
        HOME / "plugins" / folder_name / "pulumi-resource-command",
        "lab.stand_ins.command_provider",
    )
    return HOME


def _launcher(path: Path, module: str) -> None:
    start = (
        "import sys; sys.path.insert(0, sys.argv.pop(1));"
        f" from {module} import main; sys.exit(main())"
    )
    command = [sys.executable, "-P", "-c", start, str(CHECKOUT)]
    text = f'#!/bin/sh\n# a stand-in: {module}\nexec {shlex.join(command)} "$@"\n'
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.chmod(0o755)
    temporary.rename(path)


def _same_file(one: Path, other: Path) -> bool:
    """Hard links of one file, or copies made by `copy2`: same size and time of change."""
    if not one.exists():
        return False
    a, b = one.stat(), other.stat()
    return a.st_ino == b.st_ino or (a.st_size, a.st_mtime_ns) == (b.st_size, b.st_mtime_ns)
