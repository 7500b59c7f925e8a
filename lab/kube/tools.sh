# What a cluster needs of the machine. Sourced by lab/kube/kube.sh.

kube_require_root() {
    [ "$(id -u)" = 0 ] || die "kube: needs root: it makes control groups, mounts and network namespaces"
}

kube_missing_packages() {
    local need
    for need in containerd:containerd ctr:containerd runc:runc conntrack:conntrack busybox:busybox-static gcc:gcc openssl:openssl \
        python3:python3 ip:iproute2 iptables:iptables nft:nftables nsenter:util-linux unshare:util-linux setsid:util-linux; do
        command -v "${need%%:*}" >/dev/null || echo "${need##*:}"
    done | sort -u | tr '\n' ' '
    kube_cni_folder >/dev/null || echo "containernetworking-plugins "
}

kube_cni_folder() {
    local folder
    for folder in /usr/lib/cni /usr/libexec/cni /opt/cni/bin; do
        if [ -x "$folder/bridge" ] && [ -x "$folder/ptp" ]; then
            echo "$folder"
            return
        fi
    done
    return 1
}

kube_require_tools() {
    local packages
    packages=$(kube_missing_packages)
    if [ -z "$packages" ]; then return; fi
    command -v apt-get >/dev/null || die "kube: missing tools: install $packages"
    echo "fairlead: installing $packages(apt-get)" >&2
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >&2 || die "kube: could not install $packages"
}

kube_require_go() {
    command -v go >/dev/null || die "kube: Go is missing, which builds Kubernetes: https://go.dev/dl (1.26 or later on PATH)"
}

# Whether a cluster can be here; says why not.
kube_can() {
    if [ "$(id -u)" != 0 ]; then
        echo "needs root, which makes control groups, mounts and network namespaces"
    elif ! command -v go >/dev/null; then
        echo "needs Go, which builds Kubernetes (https://go.dev/dl)"
    elif [ -n "$(kube_missing_packages)" ] && ! command -v apt-get >/dev/null; then
        echo "missing tools: $(kube_missing_packages)"
    elif ! unshare --mount --net --pid --fork mount -t tmpfs none /tmp 2>/dev/null; then
        echo "mounts and namespaces are not allowed here"
    else
        return 0
    fi
    return 1
}

# All that takes long and that clusters share, so that no test waits for it.
kube_prepare() {
    local cluster=tests
    kube_settle
    kube_build
    kube_product_images
    kube_sample_images
}
