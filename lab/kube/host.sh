# Hosts: a process with namespaces of its own, what runs and what is mounted there. Sourced by lab/kube/kube.sh.
#
# A host's folder holds what outlives its process: boot.sh says what is mounted where. `process` in it is the id and the
# start time of its first process, written by that one, so that nothing is missed and nothing else is ever killed for it.

# Prints the id of a host's first process; 1 if the host is off.
kube_init_of() { # HOST
    local pid start
    read -r pid start 2>/dev/null <"$kube_hosts/$1/process" || return 1
    [ "$(kube_start_time "$pid")" = "$start" ] || return 1
    echo "$pid"
}

kube_start_time() { # PID
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    echo "${20}"
}

# Boots a host; returns when all is mounted and its network is connected.
kube_boot() { # HOST
    local folder=$kube_hosts/$1 outer i
    mkdir -p "$folder"/{log,etc,etc.work,run,opt/cni/bin,var/lib/containerd,var/lib/kubelet,var/log}
    rm -f "$folder/booted" "$folder/process"
    setsid unshare --fork --pid --mount --propagation private --net --uts --ipc \
        bash "$kube_source/boot.sh" "$1" "$folder" "$kube_bin" "$kube_state/pki" >"$folder/log/boot.log" 2>&1 </dev/null 7>&- 8>&- 9>&- &
    outer=$!
    for ((i = 0; i < 1500; i++)); do
        if [ -e "$folder/booted" ]; then
            kube_connect "$1" "$(kube_init_of "$1")"
            return
        fi
        [ -d "/proc/$outer" ] || break
        sleep 0.02
    done
    cat "$folder/log/boot.log" >&2
    echo "fairlead: host $1 did not boot" >&2
    return 1
}

# Ends hosts, and with them all that runs and all that is mounted there.
kube_stop_hosts() { # [HOST…]; all if none is named
    local host pid pids= i
    # shellcheck disable=SC2046
    [ $# -gt 0 ] || set -- $(ls "$kube_hosts" 2>/dev/null)
    for host; do
        if pid=$(kube_init_of "$host"); then
            kill -KILL "$pid"
            pids+=" $pid"
        fi
    done
    for pid in $pids; do
        for ((i = 0; i < 1500; i++)); do
            [ -d "/proc/$pid" ] || break
            sleep 0.02
        done
        [ ! -d "/proc/$pid" ] || die "kube: process $pid does not end"
    done
    for host; do
        kube_forget_cgroups "$host"
        rm -f "$kube_hosts/$host/process"
    done
}

# The control group that a node's pods are under, relative to each hierarchy.
kube_cgroup() { # HOST
    echo "/fairlead-kube-$cluster/$1"
}

kube_cgroup_folders() { # HOST
    find /sys/fs/cgroup -maxdepth 4 -type d -path "*$(kube_cgroup "$1")" 2>/dev/null
}

kube_forget_cgroups() { # HOST
    local folder
    for folder in $(kube_cgroup_folders "$1"); do
        find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
        rmdir "${folder%/*}" 2>/dev/null || true
    done
}

# Runs a command on a host: its files, its network, its processes.
kube_on() { # HOST COMMAND…
    local init
    init=$(kube_init_of "$1") || die "kube: host $1 of cluster $cluster is off"
    shift
    nsenter --target "$init" --mount --uts --ipc --net --pid -- "$@"
}

# Runs a command in a host's network only. Not `ip netns exec`: that one hides the control groups.
kube_net() { # HOST COMMAND…
    local init
    init=$(kube_init_of "$1") || die "kube: host $1 of cluster $cluster is off"
    shift
    nsenter --target "$init" --net -- "$@"
}

# Starts a daemon on a host; it outlives this shell.
kube_daemon() { # HOST NAME COMMAND…
    # shellcheck disable=SC2016
    kube_on "$1" sh -c 'name=$1; shift
        setsid "$@" >>"/run/kube/host/log/$name.log" 2>&1 </dev/null &
        echo $! >"/run/kube/$name.pid"' sh "${@:2}" 7>&- 8>&- 9>&-
}

kube_kill_daemon() { # HOST NAME
    # shellcheck disable=SC2016
    kube_on "$1" sh -c 'read -r pid <"/run/kube/$1.pid" && rm "/run/kube/$1.pid" && kill -KILL "$pid" || exit 0
        while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done' sh "$2" 2>/dev/null
}

kube_exec() { # [--net] HOST COMMAND…
    local only=
    if [ "${1:-}" = --net ]; then only=1 && shift; fi
    [ $# -ge 2 ] || usage "kube exec: name a host (control, node-1, …) and a command"
    local host=$1
    shift
    if [ "${1:-}" = -- ]; then shift; fi
    if [ -n "$only" ]; then
        KUBECONFIG=$kube_state/pki/admin.kubeconfig PATH=$kube_bin:$PATH kube_net "$host" "$@"
    else
        kube_on "$host" "$@"
    fi
}

# kubectl and helm, with this machine's files.
kube_client() { # PROGRAM ARGUMENTS…
    [ -x "$kube_bin/$1" ] || die "kube: $1 is not built (./fairlead kube build)"
    KUBECONFIG=$kube_state/pki/admin.kubeconfig kube_net control "$kube_bin/$1" "${@:2}"
}
