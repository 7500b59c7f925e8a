# The file system every container starts from, made once per lab: the host's, read-only, behind a root of its own,
# without the lab's state, with a small /dev. Holds its mount namespace until the lab ends.
# Arguments: HIDDEN… (folders of the host to cover). Writes "ready" when done.
set -e
new=/run/fairlead/root
mkdir -p $new
mount -t tmpfs -o mode=755 tmpfs $new
mkdir $new/proc $new/run $new/tmp $new/dev $new/opt $new/opt/app $new/.old $new/.pod
for entry in /* /opt/*; do
    at=$new$entry
    case $entry in
    /proc | /run | /tmp | /dev | /opt | /lost+found | /opt/app | '/opt/*') ;;
    *)
        if [ -L "$entry" ]; then
            cp -P "$entry" "$at"
        elif [ -d "$entry" ]; then
            mkdir "$at"
            mount --rbind "$entry" "$at" 2>/dev/null || rmdir "$at"
        fi
        ;;
    esac
done

# All of it read-only, /sys too: the lab may be root's, and then files of root's are its own.
while read -r _ _ _ _ at options _; do
    case $at in
    $new/*) mount -o "remount,bind,ro,${options#r?,}" "$(printf '%b' "$at")" 2>/dev/null || true ;;
    esac
done </proc/self/mountinfo

# Only the harmless devices: a disk of the host would give away all that is hidden below.
for device in null zero full random urandom tty; do
    : >$new/dev/$device
    mount --bind /dev/$device $new/dev/$device
done
mkdir $new/dev/shm $new/dev/pts
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts $new/dev/pts
ln -s pts/ptmx $new/dev/ptmx
ln -s /proc/self/fd $new/dev/fd
ln -s /proc/self/fd/0 $new/dev/stdin
ln -s /proc/self/fd/1 $new/dev/stdout
ln -s /proc/self/fd/2 $new/dev/stderr

for folder; do
    if [ -d "$new$folder" ]; then
        mount -t tmpfs -o mode=755,size=64k,ro tmpfs "$new$folder"
    fi
done
cd $new
pivot_root . .old
echo ready
exec sleep infinity
