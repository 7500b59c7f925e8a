# The lab's first process, inside its namespaces: sets the stage, starts the daemon, reaps, and ends with it.
# Arguments: LAB (its folder on the host) JAVA DIST
set -e
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns /run/fairlead/lab /run/fairlead/pods /run/lock
mount --bind "$1" /run/fairlead/lab
set +e
cache=-Xshare:auto
if [ -n "$FAIRLEAD_AOT_TRAINING" ]; then
    cache=-XX:AOTCacheOutput=$FAIRLEAD_AOT_TRAINING/lab.aot
elif [ -e "$3/aot/lab.aot" ]; then
    cache=-XX:AOTCache=$3/aot/lab.aot
fi
"$2" @"$3/etc/lab.opts" "$cache" -cp "$3/lib/*" dev.fairlead.lab.LabDaemon &
wait $!
