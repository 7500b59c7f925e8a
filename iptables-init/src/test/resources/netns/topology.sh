# A node and four pods on routed veths, IPv4 and IPv6, behind nothing. $1: infix of the iptables tools.
# p1, p2: to be enrolled. p3: never. p4: takes the address that the node's own connections carry.
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/netns
ip link set lo up
ip netns add node
ip -n node link set lo up
ip netns exec node sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
for i in 1 2 3 4; do
  ip netns add p$i
  ip link add v$i netns node type veth peer name eth0 netns p$i
  ip -n node addr add 198.18.0.1/32 dev v$i
  ip -n node -6 addr add fd00:18::1/128 dev v$i nodad
  ip -n node link set v$i up
  ip -n node route add 198.18.1.$i/32 dev v$i
  ip -n node -6 route add fd00:18:1::$i/128 dev v$i
  ip -n p$i link set lo up
  ip -n p$i addr add 198.18.1.$i/32 dev eth0
  ip -n p$i -6 addr add fd00:18:1::$i/128 dev eth0 nodad
  ip -n p$i link set eth0 up
  ip -n p$i route add 198.18.0.1 dev eth0
  ip -n p$i route add default via 198.18.0.1
  ip -n p$i -6 route add fd00:18::1 dev eth0
  ip -n p$i -6 route add default via fd00:18::1
done
ip -n node route add 198.18.2.3/32 via 198.18.1.3 dev v3 onlink
ip -n node -6 route add fd00:18:2::3/128 via fd00:18:1::3 dev v3 onlink
ip -n p3 addr add 198.18.2.3/32 dev lo
ip -n p3 -6 addr add fd00:18:2::3/128 dev lo nodad
ip -n p4 addr add 169.254.7.127/32 dev eth0
ip -n p4 -6 addr add fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128 dev eth0 nodad
# a metadata server, and a route by which the node's own calls to services leave until they are translated
ip -n p4 addr add 169.254.169.254/32 dev eth0
ip -n node route add 169.254.169.254/32 dev v4
ip -n node route add 198.19.0.0/16 dev v1
ip -n node -6 route add fd00:19::/64 dev v1
# as kube-proxy does it: a service of p2
for hook in PREROUTING OUTPUT; do
  ip netns exec node iptables$1 -t nat -A $hook -p tcp -d 198.19.0.9 --dport 80 -j DNAT --to-destination 198.18.1.2:8080
  ip netns exec node ip6tables$1 -t nat -A $hook -p tcp -d fd00:19::9 --dport 80 -j DNAT --to-destination [fd00:18:1::2]:8080
done
ip netns exec node iptables$1 -t nat -A PREROUTING -p tcp -d 198.18.0.1 --dport 30080 -j DNAT --to-destination 198.18.1.2:8080
