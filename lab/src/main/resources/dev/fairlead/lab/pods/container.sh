# Steps of a container's start; each container's own script is made of them (see ContainerScript).
# /.old is the lab's file system until `settle`, /.pod the pod's own files.
set -e

begin() { # FOLDER of the pod
    mount --bind "/.old$1" /.pod
    mount -t proc proc /proc
    mount -t tmpfs -o mode=1777 tmpfs /tmp
    mount -t tmpfs -o mode=1777 tmpfs /dev/shm
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir /run/lock /.pod/layer 2>/dev/null || true
}

layers=
opened=0

# A place to mount on. Where the host has none, a layer over the folder above it takes one.
place() { # dir|file PATH
    if [ -e "$2" ]; then return; fi
    if ! make "$1" "$2" 2>/dev/null; then
        above=${2%/*}
        while [ ! -d "$above" ]; do above=${above%/*}; done
        opened=$((opened + 1))
        upper=/run/.layer$opened
        mkdir -p "$upper/upper" "$upper/work"
        mount -t overlay -o "lowerdir=$above,upperdir=$upper/upper,workdir=$upper/work" overlay "$above"
        layers="$layers $above"
        make "$1" "$2"
    fi
}

make() { # dir|file PATH
    case $1 in
    dir) mkdir -p "$2" ;;
    file) mkdir -p "${2%/*}" && : >"$2" ;;
    esac
}

# Bound read-only; what the kernel holds fixed of a mount (nosuid, nodev …) stays as it is.
bind() { # SOURCE PATH [rw]
    mount --rbind "$1" "$2"
    if [ "$3" != rw ]; then
        while read -r _ _ _ _ at options _; do
            if [ "$at" = "$2" ]; then found=$options; fi
        done </proc/self/mountinfo
        mount -o "remount,bind,ro,${found#r?,}" "$2"
    fi
}

file() { # NAME in the pod's folder, PATH [rw]
    at=$(readlink -m "$2")
    place file "$at"
    bind "/.pod/$1" "$at" "$3"
}

folder() { # NAME in the pod's folder, PATH [rw]
    place dir "$2"
    bind "/.pod/$1" "$2" "$3"
}

app() { # FOLDER of the host
    bind "/.old$1" /opt/app
}

# From here on nothing of the lab can be reached, and nothing can be undone: the next step drops the right to.
settle() { # MARK: file of the pod's folder that says it got here
    for layer in $layers; do mount -o remount,bind,ro "$layer"; done
    for kernel in /proc/sys /proc/sysrq-trigger /proc/irq /proc/bus; do
        if [ -e $kernel ]; then
            mount --bind $kernel $kernel && mount -o remount,bind,ro,nosuid,nodev,noexec $kernel
        fi
    done
    mount -o remount,bind,ro /
    exec 9>"/.pod/$1"
    umount -l /.pod
    cd /
    umount -l /.old
    echo settled >&9
    exec 9>&-
}
