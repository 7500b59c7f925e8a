# ./fairlead kube: a real Kubernetes for tests, in namespaces of this machine, without Docker, a registry or a way out.
# Sourced by ./fairlead.
#
# A cluster is a few hosts, and a host is one process (pause) with namespaces of its own: `fabric` is the switch that
# the others hang on, `control` runs etcd, the API server, the controllers and the scheduler, `node-N` a containerd, a
# kubelet and a kube-proxy. All that runs on a host is in its process namespace and all that is mounted there in its
# mount namespace, so that a host is gone without a trace when its first process is.
#
#   fabric   198.18.0.1, the default route of all; nothing is behind it
#   control  198.18.0.2, the API server at port 6443
#   node-N   198.18.0.(10+N), its pods 198.18.(128+N).0/24
#   services 198.19.0.0/16, DNS 198.19.0.10;  with IPv6: fd00:198:18:<the same numbers, decimal>::, fd00:198:19::/112
kube_source=$root/lab/kube
for part in tools build pki host network control node image; do
    . "$kube_source/$part.sh"
done

kube_usage() {
    cat <<'.'
usage: ./fairlead kube [--name CLUSTER] COMMAND     as root; CLUSTER is FAIRLEAD_KUBE_NAME or "fairlead" if it is not given

  build                          what the cluster runs, from the Go module proxy and Debian, into the cache; up does it too
  up [--nodes N] [--cni bridge|ptp] [--proxy iptables|nftables] [--dual-stack]
                                 a cluster of N nodes (2), which returns when it is ready; resumes one that was down
  status                         its nodes, where its kubeconfig and its logs are
  kubectl …  |  helm …           as admin, in the control host's network, with this machine's files
  exec HOST COMMAND…             on node-1, node-2, … or control
  exec --net HOST COMMAND…       in its network only: this machine's files and processes, KUBECONFIG set
  image product|samples          builds the product's or the samples' images and imports them on each node
  image import TAR…              imports image archives on each node
  image make REF FOLDER [ENTRYPOINT…]
                                 imports a folder as an image (one layer, that folder as root)
  node stop|start|reboot NODE    power off, on; what is in /run and what runs there is lost, /etc, /opt and /var/lib are kept
  apiserver stop|start
  down [wipe]                    stops all of it; wipe forgets the cluster's state too
.
}

kube() {
    local cluster=${FAIRLEAD_KUBE_NAME:-fairlead}
    if [ "${1:-}" = --name ]; then cluster=${2:?--name needs a value} && shift 2; fi
    local command=${1:-help}
    [ $# -eq 0 ] || shift
    case $command in
    kubectl | helm | exec) ;; # theirs may mean something else
    *) if [ "${1:-}" = --name ]; then cluster=${2:?--name needs a value} && shift 2; fi ;;
    esac
    kube_settle
    case $command in
    help | -h | --help) kube_usage ;;
    build) kube_require_root && kube_build ;;
    up) kube_require_root && kube_locked kube_up "$@" ;;
    down) kube_require_root && kube_locked kube_down "$@" ;;
    node) kube_require_root && kube_locked kube_node "$@" ;;
    apiserver) kube_require_root && kube_locked kube_apiserver "$@" ;;
    image) kube_require_root && kube_image "$@" ;;
    status) kube_require_root && kube_status ;;
    kubectl | helm) kube_require_root && kube_client "$command" "$@" ;;
    exec) kube_require_root && kube_exec "$@" ;;
    *) usage "kube: unknown command $command (./fairlead kube help)" ;;
    esac
}

# Where things are. Everything of a cluster is in kube_state; what all clusters share is in the cache.
kube_settle() {
    case $cluster in
    "" | *[!a-z0-9-]*) usage "kube: a cluster's name is made of a-z, 0-9 and -, not $cluster" ;;
    esac
    kube_state=$FAIRLEAD_STATE/kube/$cluster
    kube_hosts=$kube_state/hosts
    kube_bin=$FAIRLEAD_CACHE/kube/bin
    kube_images=$FAIRLEAD_CACHE/kube/images
}

# One command that changes a cluster at a time.
kube_locked() { # COMMAND…
    mkdir -p "$kube_state"
    exec 9>"$kube_state.lock"
    flock 9
    "$@"
}

kube_up() {
    local nodes=2 cni=bridge proxy=iptables dual= shape
    while [ $# -gt 0 ]; do
        case $1 in
        --nodes) nodes=${2:?--nodes needs a value} && shift 2 ;;
        --cni) cni=${2:?--cni needs a value} && shift 2 ;;
        --proxy) proxy=${2:?--proxy needs a value} && shift 2 ;;
        --dual-stack) dual=1 && shift ;;
        *) usage "kube up: unknown option $1" ;;
        esac
    done
    case $nodes in [1-9] | [1-9][0-9]) ;; *) usage "kube up: --nodes is 1 to 99, not $nodes" ;; esac
    case $cni in bridge | ptp) ;; *) usage "kube up: --cni is bridge or ptp, not $cni" ;; esac
    case $proxy in iptables | nftables) ;; *) usage "kube up: --proxy is iptables or nftables, not $proxy" ;; esac
    shape="kube_nodes=$nodes kube_cni=$cni kube_proxy=$proxy kube_dual=$dual"
    if [ -e "$kube_state/shape" ] && [ "$(cat "$kube_state/shape")" != "$shape" ]; then
        die "kube: cluster $cluster was made with other options ($(cat "$kube_state/shape")): ./fairlead kube down wipe"
    fi
    echo "$shape" >"$kube_state/shape"
    kube_shape
    if ! kube_whole || [ ! -e "$kube_state/ready" ]; then
        kube_build
        kube_stop_hosts
        rm -f "$kube_state/ready"
        kube_start || die "kube: the cluster did not come up; its logs are in $kube_hosts/*/log, and ./fairlead kube down ends what runs"
        touch "$kube_state/ready"
    fi
    kube_status
}

# Sets what the cluster was made with: kube_nodes, kube_cni, kube_proxy, kube_dual.
kube_shape() {
    [ -e "$kube_state/shape" ] || die "kube: there is no cluster $cluster (./fairlead kube up)"
    # shellcheck disable=SC1091
    . "$kube_state/shape"
}

kube_start() {
    kube_pki || return
    kube_start_fabric || return
    kube_start_control || return
    local node since
    since=$(date -u +%FT%TZ)
    for node in $(kube_node_names); do kube_boot_node "$node" || return; done
    kube_wait_for_apiserver || return
    kube_register_nodes || return
    kube_start_controllers
    for node in $(kube_node_names); do kube_start_kubelet "$node"; done
    # shellcheck disable=SC2046
    kube_wait_for_nodes "$since" $(kube_node_names) && kube_start_dns
}

kube_node_names() {
    seq -f 'node-%g' "$kube_nodes"
}

# Whether every host of the cluster runs.
kube_whole() {
    local host
    for host in fabric control $(kube_node_names); do
        kube_init_of "$host" >/dev/null || return
    done
}

kube_status() {
    kube_shape
    if ! kube_whole; then
        echo "cluster $cluster is down or in parts; ./fairlead kube up resumes it, down wipe forgets it"
        return 1
    fi
    kube_client kubectl get nodes -o wide
    echo
    echo "KUBECONFIG=$kube_state/pki/admin.kubeconfig (in the network of its hosts: ./fairlead kube exec --net control COMMAND)"
    echo "logs: $kube_hosts/*/log"
}

kube_down() {
    kube_stop_hosts
    case ${1:-} in
    "") ;;
    wipe) rm -rf "$kube_state" ;;
    *) usage "kube down: wipe or nothing, not $1" ;;
    esac
}
