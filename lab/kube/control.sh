# The control plane: etcd, the API server, the controllers, the scheduler, and a kube-proxy so that the API server reaches
# webhooks by their Services. Sourced by lab/kube/kube.sh.

kube_start_control() {
    kube_boot control || return
    cp "$kube_source/etc/audit.yaml" "$kube_hosts/control/"
    kube_settings kube-proxy.yaml >"$kube_hosts/control/kube-proxy.yaml" # as if on node-1: only what is local differs
    # a process that is killed loses nothing that it wrote; only a machine that dies needs the fsync
    kube_daemon control etcd /run/kube/bin/etcd --data-dir /var/lib/etcd --unsafe-no-fsync --log-level warn
    kube_start_apiserver
}

kube_start_apiserver() {
    local p=/run/kube/pki services=198.19.0.0/16
    [ -z "$kube_dual" ] || services+=,fd00:198:19::/112
    kube_daemon control apiserver /run/kube/bin/kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
        --bind-address=0.0.0.0 --secure-port=6443 --advertise-address="$(kube_address control)" --service-cluster-ip-range="$services" \
        --tls-cert-file=$p/apiserver.crt --tls-private-key-file=$p/apiserver.key --client-ca-file=$p/ca.crt \
        --service-account-issuer=https://kubernetes.default.svc.cluster.local \
        --service-account-key-file=$p/sa.pub --service-account-signing-key-file=$p/sa.key \
        --audit-policy-file=/run/kube/host/audit.yaml --audit-log-path=/run/kube/host/log/audit.log \
        --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
        --kubelet-client-certificate=$p/kubelet-client.crt --kubelet-client-key=$p/kubelet-client.key \
        --kubelet-certificate-authority=$p/ca.crt --kubelet-preferred-address-types=InternalIP \
        --requestheader-client-ca-file=$p/front-proxy-ca.crt --requestheader-allowed-names=front-proxy-client \
        --requestheader-extra-headers-prefix=X-Remote-Extra- --requestheader-group-headers=X-Remote-Group \
        --requestheader-username-headers=X-Remote-User \
        --proxy-client-cert-file=$p/front-proxy-client.crt --proxy-client-key-file=$p/front-proxy-client.key
}

kube_start_controllers() {
    local p=/run/kube/pki services=198.19.0.0/16
    [ -z "$kube_dual" ] || services+=,fd00:198:19::/112
    kube_daemon control controller-manager /run/kube/bin/kube-controller-manager --kubeconfig=$p/controller-manager.kubeconfig \
        --authentication-kubeconfig=$p/controller-manager.kubeconfig --authorization-kubeconfig=$p/controller-manager.kubeconfig \
        --bind-address=127.0.0.1 --leader-elect=false --use-service-account-credentials=true \
        --service-account-private-key-file=$p/sa.key --root-ca-file=$p/ca.crt \
        --cluster-signing-cert-file=$p/ca.crt --cluster-signing-key-file=$p/ca.key \
        --allocate-node-cidrs=false --service-cluster-ip-range="$services" --node-monitor-grace-period=20s
    kube_daemon control scheduler /run/kube/bin/kube-scheduler --kubeconfig=$p/scheduler.kubeconfig \
        --authentication-kubeconfig=$p/scheduler.kubeconfig --authorization-kubeconfig=$p/scheduler.kubeconfig \
        --bind-address=127.0.0.1 --leader-elect=false
    kube_daemon control kube-proxy /run/kube/bin/kube-proxy --config=/run/kube/host/kube-proxy.yaml
}

kube_wait_for_apiserver() {
    local i
    for ((i = 0; i < 300; i++)); do
        if kube_client kubectl get --raw /readyz >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    tail -5 "$kube_hosts/control/log/apiserver.log" >&2
    return 1
}

kube_apiserver() { # stop|start
    kube_shape
    case ${1:-} in
    stop) kube_kill_daemon control apiserver ;;
    start) kube_start_apiserver && kube_wait_for_apiserver ;;
    *) usage "kube apiserver: stop or start" ;;
    esac
}

# The cluster's DNS; returns when it answers, which proves Services and pods too.
kube_start_dns() {
    local i
    kube_settings dns.yaml | kube_client kubectl apply -f - >/dev/null || return
    for ((i = 0; i < 300; i++)); do
        if kube_net control busybox nslookup kubernetes.default.svc.cluster.local 198.19.0.10 >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    kube_client kubectl -n kube-system get pods -o wide >&2
    return 1
}
