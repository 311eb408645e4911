"""Runs a command as if on a host: in an edge's namespace, with a host's own places.

In a mount namespace of its own the command sees the edge's files at `/etc/k8s-ha-lb`, the edge's
log socket at `/dev/log`, an empty `/run` and empty places for nginx's own files. The machine itself
is left as it is.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from components.render.layout import ROOT

_ENTER = """set -eu
files=$1 log=$2
shift 2
mount -t tmpfs tmpfs /run
mkdir -p /run/haproxy /run/etc/upper /run/etc/work /run/dev
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work /etc
mkdir -p "$ROOT"
mount --bind "$files" "$ROOT"
for device in null zero full random urandom; do
    touch "/run/dev/$device"
    mount --bind "/dev/$device" "/run/dev/$device"
done
ln -s /proc/self/fd /run/dev/fd
ln -s /proc/self/fd/1 /run/dev/stdout
ln -s /proc/self/fd/2 /run/dev/stderr
touch /run/dev/log
mount --bind "$log" /run/dev/log
mount --rbind /run/dev /dev
for folder in /var/log/nginx /var/lib/nginx; do
    [ ! -d "$folder" ] || mount -t tmpfs tmpfs "$folder"
done
unset ROOT
exec "$@"
"""


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """Where an edge's commands run."""

    namespace: Path
    files: Path
    """What is at `/etc/k8s-ha-lb`."""
    log: Path
    """A datagram socket that syslog messages go to."""

    def start(
        self, argv: tuple[str, ...], environment: Mapping[str, str], output: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """The command as a child whose pid is the command's own."""
        return subprocess.Popen(
            [
                *("nsenter", f"--net={self.namespace}", "unshare", "--mount"),
                *("sh", "-c", _ENTER, "sh", str(self.files), str(self.log), *argv),
            ],
            env={"PATH": os.environ["PATH"], "ROOT": ROOT, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
