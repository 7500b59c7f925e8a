#!/usr/bin/env bash
# First process of a host of the test cluster, in fresh process, mount, network, UTS and IPC namespaces: mounts what is
# the host's own at its usual place and becomes pause. Called by host.sh: boot.sh HOST FOLDER PROGRAMS KEYS
#
#   /run, /tmp                fresh at each boot
#   /etc                      this machine's, with changes kept in FOLDER/etc
#   /opt, /var/lib, /var/log  the host's own, kept in FOLDER
#   /run/kube                 bin: programs, pki: keys, host: FOLDER
#   everything else           this machine's
set -euo pipefail
host=$1 folder=$2 programs=$3 keys=$4

read -r stat </proc/self/stat # of this machine still: the id that others know this process by
# shellcheck disable=SC2086
set -- ${stat%% *} ${stat##*) }
echo "$1 ${21}" >"$folder/process"
mount -n -t proc proc /proc

[ ! -d "$keys/nodes/$host" ] || keys=$keys/nodes/$host
mount -n -t tmpfs -o mode=755 run "$folder/run"
mkdir -p "$folder"/run/kube/{bin,pki,host,cgroup} "$folder"/run/{lock,netns,containerd}
mount -n --bind "$programs" "$folder/run/kube/bin"
[ ! -d "$keys" ] || mount -n --bind "$keys" "$folder/run/kube/pki"
mount -n --bind "$folder" "$folder/run/kube/host"
mount -n --move "$folder/run" /run # from here on FOLDER may be out of sight

kept=/run/kube/host
mount -n -t overlay -o "lowerdir=/etc,upperdir=$kept/etc,workdir=$kept/etc.work" etc /etc
mount -n --bind "$kept/opt" /opt
mount -n --bind "$kept/var/lib" /var/lib
mount -n --bind "$kept/var/log" /var/log
mount -n -t tmpfs tmp /tmp
mount -n --rbind /sys/fs/cgroup /run/kube/cgroup
mount -n -t sysfs sysfs /sys # of this network
mount -n --rbind /run/kube/cgroup /sys/fs/cgroup
umount -l /run/kube/cgroup
mount -n --make-rshared / # kubelet hands mounts on

hostname "$host"
echo "$host" >/etc/hostname
: >/etc/resolv.conf
ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
[ ! -d /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
touch "$kept/booted"
exec /run/kube/bin/pause "$host"
