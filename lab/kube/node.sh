# Nodes: containerd, kubelet and kube-proxy on a host each. Sourced by lab/kube/kube.sh.

# Boots a node up to its containerd, with the images that no pod can be without.
kube_boot_node() { # NODE
    local folder=$kube_hosts/$1 from
    kube_boot "$1" || return
    from=$(kube_cni_folder)
    cp -u "$from"/{bridge,ptp,host-local,loopback,portmap} "$folder/opt/cni/bin/"
    if [ ! -e "$folder/etc/cni/net.d" ]; then # a chained plugin is written into it: it stays as it is
        kube_on "$1" mkdir -p /etc/cni/net.d
        kube_settings "$kube_cni.conflist" "$1" | kube_on "$1" tee /etc/cni/net.d/10-podnet.conflist >/dev/null
    fi
    cp "$kube_source/etc/containerd.toml" "$folder/containerd.toml"
    kube_settings kubelet.yaml "$1" >"$folder/kubelet.yaml"
    kube_settings kube-proxy.yaml "$1" >"$folder/kube-proxy.yaml"
    kube_daemon "$1" containerd containerd --config /run/kube/host/containerd.toml
    kube_make_cgroups "$1"
}

# kubelet wants the group that it works under to be there, with its controllers: in version 2 they are handed down, in
# version 1 a cpuset starts without processors.
kube_make_cgroups() { # NODE
    local hierarchy folder file controller
    for hierarchy in $(awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts | sort -u); do
        [ -w "$hierarchy" ] || continue
        folder=$hierarchy$(kube_cgroup "$1")
        mkdir -p "$folder"
        if [ -e "$hierarchy/cgroup.controllers" ]; then
            for controller in $(cat "$hierarchy/cgroup.controllers"); do
                echo "+$controller" >"$hierarchy/cgroup.subtree_control" && echo "+$controller" >"${folder%/*}/cgroup.subtree_control"
            done 2>/dev/null || true
        fi
        for file in cpuset.cpus cpuset.mems; do
            [ -e "$folder/tasks" ] && [ -e "$folder/$file" ] || continue
            cat "$hierarchy/$file" >"${folder%/*}/$file"
            cat "$hierarchy/$file" >"$folder/$file"
        done
    done
}

# The Node objects, before their kubelets: so they have their pods' networks and zones from the start.
kube_register_nodes() {
    local node cidrs
    for node in $(kube_node_names); do
        cidrs="\"$(kube_pods "$node")\""
        [ -z "$kube_dual" ] || cidrs+=", \"$(kube_pods6 "$node")\""
        cat <<.
apiVersion: v1
kind: Node
metadata:
  name: $node
  labels: { topology.kubernetes.io/region: lab, topology.kubernetes.io/zone: zone-${node#node-} }
spec: { podCIDR: "$(kube_pods "$node")", podCIDRs: [$cidrs] }
---
.
    done | kube_client kubectl apply -f - >/dev/null
}

kube_start_kubelet() { # NODE
    local addresses
    addresses=$(kube_address "$1")
    [ -z "$kube_dual" ] || addresses+=,$(kube_address6 "$1")
    kube_wait_for_containerd "$1" && kube_import "$1" "$kube_images/pause.tar" "$kube_images/coredns.tar" || return
    kube_daemon "$1" kubelet /run/kube/bin/kubelet --config=/run/kube/host/kubelet.yaml --kubeconfig=/run/kube/pki/kubelet.kubeconfig \
        --hostname-override="$1" --node-ip="$addresses"
    kube_daemon "$1" kube-proxy /run/kube/bin/kube-proxy --config=/run/kube/host/kube-proxy.yaml
}

kube_wait_for_containerd() { # NODE
    local i
    for ((i = 0; i < 150; i++)); do
        if kube_on "$1" ctr version >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    tail -5 "$kube_hosts/$1/log/containerd.log" >&2
    return 1
}

# Waits until each node says that it is ready; what one said before SINCE does not count.
kube_wait_for_nodes() { # SINCE NODE…
    local since=$1 i said
    shift
    for ((i = 0; i < 300; i++)); do
        said=$(kube_client kubectl get nodes "$@" -o 'jsonpath={range ..conditions[?(@.type=="Ready")]}{.status}{" "}{.lastHeartbeatTime}{"\n"}{end}' |
            awk -v since="$since" '$1 == "True" && $2 >= since' | wc -l)
        if [ "$said" = $# ]; then return; fi
        sleep 0.2
    done
    kube_client kubectl describe nodes "$@" | grep -A8 '^Conditions' >&2
    return 1
}

kube_node() { # stop|start|reboot NODE
    local since
    [ $# = 2 ] || usage "kube node: stop, start or reboot, and a node"
    kube_shape
    kube_node_names | grep -qx "$2" || die "kube: cluster $cluster has no node $2"
    case $1 in
    stop) kube_stop_hosts "$2" ;;
    start | reboot)
        [ "$1" != start ] || ! kube_init_of "$2" >/dev/null || return 0
        kube_stop_hosts "$2"
        since=$(date -u +%FT%TZ)
        kube_boot_node "$2" && kube_start_kubelet "$2" && kube_wait_for_nodes "$since" "$2"
        ;;
    *) usage "kube node: stop, start or reboot, not $1" ;;
    esac
}
