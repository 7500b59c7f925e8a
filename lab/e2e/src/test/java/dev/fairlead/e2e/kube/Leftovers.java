package dev.fairlead.e2e.kube;

import dev.fairlead.e2e.Launcher;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Everything on a cluster and its nodes that an install could leave behind, as lines. */
final class Leftovers {

    /** Kinds that come and go by themselves, and the definitions, which stay. */
    private static final Pattern VOLATILE =
            Pattern.compile(
                    "^(event|lease\\.coordination|endpointslice|endpoints/|customresourcedefinition|apiservice).*");

    private static final String ALL_OBJECTS =
            """
            kubectl api-resources --verbs=list -o name | sort -u | paste -sd, | \
            xargs -I KINDS kubectl get KINDS -A --ignore-not-found \
            -o jsonpath='{range .items[*]}{.kind}{"/"}{.metadata.namespace}{"/"}{.metadata.name}{"\\n"}{end}'
            """;

    private static final String NODE =
            """
            for net in /proc/1/ns/net /run/netns/*; do
              [ -e "$net" ] || continue
              for tool in iptables ip6tables; do
                nsenter --net="$net" "$tool-save" 2>/dev/null | grep -iE 'fairlead|0x539|0x53a|1500[16]' | sed "s/^/rule /"
              done
              nsenter --net="$net" ip rule | grep 1337
              nsenter --net="$net" ip -6 rule | grep 1337
              nsenter --net="$net" ip route show table 1337 2>/dev/null
            done
            for f in /etc/cni/net.d/*; do echo "$f $(sha256sum <"$f")"; done
            ls -d /opt/cni/bin/* /var/lib/fairlead /run/fairlead 2>/dev/null
            ps -e -o args= | grep -E '[f]airlead' | cut -c1-120
            grep -i fairlead /proc/mounts
            true
            """;

    private Leftovers() {}

    static Set<String> of(Kube kube) {
        Set<String> all = new TreeSet<>();
        Launcher.Result objects = kube.shell(ALL_OBJECTS);
        if (objects.status() != 0) {
            all.add("not listed: " + objects.err()); // a kind went meanwhile
        }
        objects.out()
                .lines()
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> !VOLATILE.matcher(line).matches())
                .forEach(all::add);
        for (String node : kube.nodes()) {
            kube.node(node, "sh", "-c", NODE)
                    .ok()
                    .lines()
                    .forEach(line -> all.add(node + " " + line));
        }
        return all;
    }
}
