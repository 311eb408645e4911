#!/bin/sh
# Runs as a mmdebstrap hook on the finished tree: customize.sh TREE REPOSITORY PACKAGE...
# Fills the package repository while the distribution's sources still count, then makes it the only
# source, and takes out what machines must not share or would do on their own.
set -eu
tree=$1
repository=$2
shift 2

mkdir -p "$tree$repository/partial"
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -y --no-install-recommends --download-only \
    -o Dir::Cache::archives="$tree$repository" -o Debug::NoLocking=1 install "$@"
rm -rf "$tree$repository/partial" "$tree$repository/lock"
(cd "$tree$repository" && apt-ftparchive packages . > Packages && apt-ftparchive release . > Release.new &&
    mv Release.new Release)

rm -rf "$tree/etc/apt/sources.list.d" "$tree/etc/apt/sources.list"
mkdir "$tree/etc/apt/sources.list.d"
echo "deb [trusted=yes] file:$repository ./" > "$tree/etc/apt/sources.list"

# Machines live as long as a lab: waiting for the disk after every unpacked file buys nothing.
echo force-unsafe-io > "$tree/etc/dpkg/dpkg.cfg.d/unsafe-io"

# A machine's identity is made when the machine is made.
rm -f "$tree"/etc/ssh/ssh_host_* "$tree/etc/machine-id" "$tree/var/lib/dbus/machine-id" "$tree/etc/hostname"

for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
    e2scrub_reap.service fstrim.timer getty@.service console-getty.service systemd-timesyncd.service; do
    ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done
