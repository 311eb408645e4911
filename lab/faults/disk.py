"""A full disk in a load-balancer machine."""

from lab.faults.fault import Fault, Role
from lab.machines import run_in_machine
from lab.state import Lab

FOLDERS = ("etc", "var", "usr", "root", "opt")
"""Where a roll-out or a package writes. /run is memory, and is full on no real machine either."""

FILL = """
set -eu
full=/run/full-disk
[ ! -d $full ] || exit 0
mkdir $full
mount -t tmpfs -o size=256k,mode=755 tmpfs $full
for folder in "$@"; do
    mkdir -p $full/$folder/upper $full/$folder/work
    mount -t overlay -o lowerdir=/$folder,upperdir=$full/$folder/upper,workdir=$full/$folder/work \\
        overlay /$folder
done
dd if=/dev/zero of=$full/everything bs=4k 2>/dev/null || true
"""

EMPTY = """
set -eu
full=/run/full-disk
[ -d $full ] || exit 0
for folder in "$@"; do
    ! mountpoint -q /$folder || umount --lazy /$folder
done
! mountpoint -q $full || umount --lazy $full
rmdir $full
"""


def _fill(lab: Lab, target: str) -> None:
    """Every further write to these folders meets "no space left", what is there can be read.

    A machine's own file system has no size (it is an overlay in the lab's folder), so each folder
    gets a layer on top that is full. Nothing that was written before is touched.
    """
    run_in_machine(lab, target, ["sh", "-c", FILL, "fill-disk", *FOLDERS])


def _empty(lab: Lab, target: str) -> None:
    run_in_machine(lab, target, ["sh", "-c", EMPTY, "fill-disk", *FOLDERS])


FAULTS = (
    Fault(
        "fill-disk",
        frozenset({Role.LOAD_BALANCER}),
        "no space is left on the machine's disk",
        _fill,
        _empty,
    ),
)
