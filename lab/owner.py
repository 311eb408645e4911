"""Which checkout a lab belongs to: names of namespaces and cgroups are the whole machine's.

`up` writes the record and `down` removes it. A lab without one belongs to whoever asks, and so does
one whose checkout is gone.
"""

from contextlib import suppress
from pathlib import Path

from lab.records import write_atomically
from lab.state import CHECKOUT, Lab


class ForeignLabError(RuntimeError):
    """The lab is another checkout's."""


def owner_of(lab: Lab) -> Path | None:
    """The checkout that made the lab, whether it still exists or not; None without a record."""
    try:
        return Path((lab.run_folder / "owner").read_text().strip())
    except FileNotFoundError:
        return None


def require_own(lab: Lab, checkout: Path = CHECKOUT) -> None:
    """Raises ForeignLabError when another checkout, which exists, has the lab."""
    owner = owner_of(lab)
    if owner not in (None, checkout) and owner.is_dir():
        raise ForeignLabError(
            f"lab {lab.name!r} belongs to {owner}: work there, or choose another name with --name"
        )


def claim(lab: Lab, checkout: Path = CHECKOUT) -> None:
    """Makes the lab this checkout's; for the holder of the lab's lock.

    Raises ForeignLabError when it is another's, also when that is gone: what it left has lost its
    files and cannot be gone on with.
    """
    require_own(lab, checkout)
    owner = owner_of(lab)
    if owner not in (None, checkout):
        raise ForeignLabError(
            f"lab {lab.name!r} is left from {owner}, which is gone: remove it with"
            " 'hactl lab down', or choose another name with --name"
        )
    lab.run_folder.mkdir(parents=True, exist_ok=True)
    write_atomically(lab.run_folder / "owner", f"{checkout}\n")


def release(lab: Lab) -> None:
    """Removes the record and the lock file; may be repeated. A held lock stays held."""
    for file in (lab.run_folder / "owner", lab.lock):
        file.unlink(missing_ok=True)
    for folder in (lab.run_folder, lab.run_folder.parent):
        # Another lab's record, or somebody who takes the lock right now, keeps it.
        with suppress(OSError):
            folder.rmdir()
