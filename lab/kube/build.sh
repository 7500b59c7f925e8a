# Builds what a cluster runs into the cache: pinned by the go.mod files of lab/kube/modules. Sourced by lab/kube/kube.sh.

kube_build() {
    kube_require_tools
    mkdir -p "$kube_bin" "$kube_images"
    exec 7>"$kube_bin.lock"
    flock 7
    local version flags
    version=$(sed -n 's|^.*k8s\.io/kubernetes \(v[0-9.]*\).*|\1|p' "$kube_source/modules/kubernetes/go.mod")
    flags="-s -w -X k8s.io/component-base/version.gitVersion=$version -X k8s.io/client-go/pkg/version.gitVersion=$version"
    kube_build_go kubernetes "$flags" k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kube-scheduler,kubelet,kube-proxy,kubectl}
    kube_build_go etcd "-s -w" etcd=go.etcd.io/etcd/server/v3
    kube_build_go coredns "-s -w" coredns=.
    kube_build_go helm "-s -w" helm.sh/helm/v3/cmd/helm
    kube_build_images
    exec 7>&-
}

# Each program of one module, unless the one there was made of the same go.mod, go.sum and flags.
kube_build_go() { # MODULE FLAGS [NAME=]PACKAGE…
    local module=$kube_source/modules/$1 flags=$2 package name stamp
    shift 2
    stamp=$(cat "$module"/* - <<<"$flags" | sha256sum)
    for package; do
        name=${package%%=*}
        name=${name##*/}
        if [ -x "$kube_bin/$name" ] && [ "$(cat "$kube_bin/.$name" 2>/dev/null)" = "$stamp" ]; then continue; fi
        kube_require_go
        echo "fairlead: building $name (once; cached in $kube_bin)" >&2
        (cd "$module" && CGO_ENABLED=0 nice go build -trimpath -ldflags "$flags" -o "$kube_bin/$name.new" "${package#*=}") ||
            die "kube: $name could not be built"
        mv "$kube_bin/$name.new" "$kube_bin/$name"
        echo "$stamp" >"$kube_bin/.$name"
    done
}

# pause, the first process of hosts and pods, and the two images that a cluster cannot be without.
kube_build_images() {
    local folder name stamp
    stamp=$(sha256sum <"$kube_source/pause.c")
    if [ ! -x "$kube_bin/pause" ] || [ "$(cat "$kube_bin/.pause" 2>/dev/null)" != "$stamp" ]; then
        gcc -static -Os -o "$kube_bin/pause.new" "$kube_source/pause.c" || die "kube: pause could not be built"
        mv "$kube_bin/pause.new" "$kube_bin/pause"
        echo "$stamp" >"$kube_bin/.pause"
    fi
    for name in pause coredns; do
        if [ "$kube_images/$name.tar" -nt "$kube_bin/$name" ]; then continue; fi
        folder=$(mktemp -d)
        cp "$kube_bin/$name" "$folder/$name"
        python3 "$root/deploy/daemonset/image/mkimage.py" --out "$kube_images/$name.tar" --ref "fairlead/$name:1" --layer "$folder" -- "/$name"
        rm -rf "$folder"
    done
}
