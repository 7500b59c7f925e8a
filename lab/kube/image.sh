# Images for the nodes' containerd: no registry anywhere. Sourced by lab/kube/kube.sh.

kube_image() { # product|samples|import|make …
    kube_shape
    local what=${1:-} file
    [ $# -eq 0 ] || shift
    case $what in
    product)
        kube_product_images
        kube_import_everywhere "$root/target/image/out/agent.tar" "$root/target/image/out/control.tar"
        ;;
    samples)
        kube_sample_images
        kube_import_everywhere "$kube_images/samples.tar"
        ;;
    import)
        [ $# -gt 0 ] || usage "kube image import: name image archives"
        kube_import_everywhere "$@"
        ;;
    make)
        [ $# -ge 2 ] || usage "kube image make: name a reference and a folder"
        file=$(mktemp)
        python3 "$root/deploy/daemonset/image/mkimage.py" --out "$file" --ref "$1" --layer "$2" -- "${@:3}"
        kube_import_everywhere "$file"
        rm -f "$file"
        ;;
    *) usage "kube image: product, samples, import or make, not $what" ;;
    esac
}

kube_product_images() {
    "$root/deploy/daemonset/image/build" "$root/target/image/out" >&2 || die "kube: the product's images could not be made"
}

kube_sample_images() {
    flock "$kube_images.lock" python3 "$kube_source/samples.py" "$kube_images/samples.tar" || die "kube: the samples' images could not be made"
}

kube_import_everywhere() { # TAR…
    local node pids=() pid
    for node in $(kube_node_names); do
        kube_import "$node" "$@" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || return; done
}

# Imports what the node has not yet; it keeps its images until the cluster is wiped.
kube_import() { # NODE TAR…
    local node=$1 file mark
    shift
    mkdir -p "$kube_hosts/$node/images"
    for file; do
        mark=$kube_hosts/$node/images/$(sha256sum <"$file" | cut -c1-64)
        [ ! -e "$mark" ] || continue
        kube_on "$node" ctr -n k8s.io images import --all-platforms - <"$file" >/dev/null || die "kube: $file could not be imported on $node"
        touch "$mark"
    done
}
