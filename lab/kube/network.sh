# Addresses of hosts and pods, and what connects them. Sourced by lab/kube/kube.sh.

kube_number() { # HOST: its place in the fabric's network
    case $1 in
    fabric) echo 1 ;;
    control) echo 2 ;;
    node-*) echo $((10 + ${1#node-})) ;;
    esac
}

kube_address() { # HOST
    echo "198.18.0.$(kube_number "$1")"
}

kube_address6() { # HOST
    echo "fd00:198:18::$(kube_number "$1")"
}

kube_pods() { # NODE
    echo "198.18.$((128 + ${1#node-})).0/24"
}

kube_pods6() { # NODE
    echo "fd00:198:18:$((128 + ${1#node-}))::/64"
}

# The switch. Nothing is behind it: what leaves the cluster is answered at once with "unreachable".
kube_start_fabric() {
    kube_boot fabric || return
    kube_net fabric sh -euc '
        ip link add fabric type bridge
        ip address add 198.18.0.1/24 dev fabric
        ip address add fd00:198:18::1/64 dev fabric nodad
        ip link set fabric up
        ip route add unreachable default
        ip -6 route add unreachable default
        for i in /proc/sys/net/bridge/bridge-nf-call-*tables; do echo 0 >"$i"; done'
}

# Plugs a host into the fabric. A host keeps its hardware address, so that no neighbour holds a stale one after a reboot.
kube_connect() { # HOST PID
    local host=$1 pid=$2 number node
    [ "$host" != fabric ] || return 0
    number=$(kube_number "$host")
    kube_net fabric ip link add "$host" type veth peer name eth0 address "$(printf '02:fa:00:00:00:%02x' "$number")" netns "$pid"
    kube_net fabric ip link set "$host" master fabric up
    {
        echo "link set eth0 up"
        echo "address add $(kube_address "$host")/24 dev eth0"
        echo "route add default via $(kube_address fabric)"
        for node in $(kube_node_names); do
            [ "$node" = "$host" ] || echo "route add $(kube_pods "$node") via $(kube_address "$node")"
        done
    } | kube_net "$host" ip -batch -
    [ -n "$kube_dual" ] || return 0
    {
        echo "address add $(kube_address6 "$host")/64 dev eth0 nodad"
        echo "route add default via $(kube_address6 fabric)"
        for node in $(kube_node_names); do
            [ "$node" = "$host" ] || echo "route add $(kube_pods6 "$node") via $(kube_address6 "$node")"
        done
    } | kube_net "$host" ip -6 -batch -
}

# Writes a configuration of lab/kube/etc with its @WORDS@ replaced, to standard output.
kube_settings() { # FILE [NODE]
    local pods=198.18.128.0/17 node=${2:-node-1} ranges routes='{ "dst": "0.0.0.0/0" }'
    ranges="[{ \"subnet\": \"$(kube_pods "$node")\" }]"
    if [ -n "$kube_dual" ]; then
        pods+=,fd00:198:18::/48
        ranges+=", [{ \"subnet\": \"$(kube_pods6 "$node")\" }]"
        routes+=', { "dst": "::/0" }'
    fi
    sed -e "s#@NODE@#$node#g; s#@NODE_IP@#$(kube_address "$node")#g; s#@CGROUP@#$(kube_cgroup "$node")#g; s#@DNS_IP@#198.19.0.10#g" \
        -e "s#@PROXY@#$kube_proxy#g; s#@POD_CIDRS@#$pods#g; s#@RANGES@#[$ranges]#g; s#@ROUTES@#[$routes]#g" "$kube_source/etc/$1"
}
