# A node and three pods on routed veths, IPv4 and IPv6. p1 and p2 are to be enrolled, p3 is not.
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/netns
ip link set lo up
ip netns add node
ip -n node link set lo up
ip netns exec node sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
for i in 1 2 3; do
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
# services whose endpoint is a listener of ours, and a name for loopback, as kube-proxy would have them
ip netns exec node iptables -t nat -A PREROUTING -p tcp -d 198.19.0.9 --dport 80 -j DNAT --to-destination 198.18.1.2:15006
