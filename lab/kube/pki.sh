# The cluster's keys, certificates and kubeconfigs, made once. Sourced by lab/kube/kube.sh.

kube_pki() {
    local folder=$kube_state/pki node
    (
        umask 077
        mkdir -p "$folder"
        cd "$folder" || exit
        if [ ! -e admin.kubeconfig ]; then
            openssl ecparam -name prime256v1 -genkey -noout -out sa.key
            openssl ec -in sa.key -pubout -out sa.pub 2>/dev/null
            kube_authority ca
            kube_authority front-proxy-ca
            kube_certificate apiserver /CN=kube-apiserver ca "$(kube_apiserver_names)"
            kube_certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client ca
            kube_certificate front-proxy-client /CN=front-proxy-client front-proxy-ca
            kube_kubeconfig controller-manager /CN=system:kube-controller-manager
            kube_kubeconfig scheduler /CN=system:kube-scheduler
            kube_kubeconfig kube-proxy /CN=system:kube-proxy
            kube_kubeconfig admin /O=system:masters/CN=admin
        fi
        for node in $(kube_node_names); do
            [ -e "$node.kubeconfig" ] ||
                kube_kubeconfig "$node" "/O=system:nodes/CN=system:node:$node" "DNS:$node,IP:127.0.0.1,IP:$(kube_address "$node")"
            mkdir -p "nodes/$node"
            cp ca.crt kube-proxy.kubeconfig "$node.crt" "$node.key" "nodes/$node/"
            cp "$node.kubeconfig" "nodes/$node/kubelet.kubeconfig"
        done
    )
}

kube_apiserver_names() {
    local name names=DNS:localhost
    for name in kubernetes kubernetes.default kubernetes.default.svc kubernetes.default.svc.cluster.local; do names+=,DNS:$name; done
    echo "$names,IP:127.0.0.1,IP:198.19.0.1,IP:$(kube_address control)"
}

kube_authority() { # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.crt" -days 3650 -subj "/CN=$1" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}

kube_certificate() { # NAME SUBJECT AUTHORITY [ALTERNATIVE NAMES]
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
    {
        echo "extendedKeyUsage=clientAuth,serverAuth"
        echo "keyUsage=critical,digitalSignature"
        [ -z "${4:-}" ] || echo "subjectAltName=$4"
    } >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$3.crt" -CAkey "$3.key" -CAcreateserial -days 3650 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
    rm "$1.csr" "$1.ext"
}

kube_kubeconfig() { # NAME SUBJECT [ALTERNATIVE NAMES]
    kube_certificate "$1" "$2" ca "${3:-}"
    cat >"$1.kubeconfig" <<.
apiVersion: v1
kind: Config
clusters: [{ name: fairlead, cluster: { server: "https://$(kube_address control):6443", certificate-authority-data: $(base64 -w0 ca.crt) } }]
users: [{ name: $1, user: { client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key") } }]
contexts: [{ name: fairlead, context: { cluster: fairlead, user: $1 } }]
current-context: fairlead
.
}
