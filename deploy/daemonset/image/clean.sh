#!/bin/sh
# Takes the last of the mesh off a node: run by ./fairlead uninstall on each, with the agents' rights and mounts and the
# node's /var/lib and /run under /host. What is not there is clean already, so it may be run again.
set -eu
bin=/opt/fairlead/bin
if [ "${1:-}" = stay ]; then exec tail -f /dev/null; fi

[ ! -x $bin/fairlead-cni-install ] || $bin/fairlead-cni-install uninstall
$bin/fairlead-iptables-init clean
for namespace in /run/netns/*; do
    [ -e "$namespace" ] || continue
    if nsenter --net="$namespace" iptables-save 2>/dev/null | grep -q FAIRLEAD ||
        nsenter --net="$namespace" ip6tables-save 2>/dev/null | grep -q FAIRLEAD; then
        $bin/fairlead-iptables-init clean --netns "$namespace"
    fi
done
rm -rf /host/var/lib/fairlead /host/run/fairlead
echo "node is clean"
