package dev.fairlead.iptables;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A rule's text in one form, whichever version and back end printed it, for comparing: implied
 * matches, full masks and what means "any" are left out, addresses are written one way.
 */
final class RuleSpec {

    private static final Set<String> IMPLIED = Set.of("tcp");
    private static final Set<String> ADDRESSES = Set.of("-s", "-d");
    private static final Set<String> FULL_MASKS = Set.of("--nfmask", "--ctmask", "--mask");

    private RuleSpec() {}

    static String normal(String rule) {
        var in = List.of(rule.trim().split("\\s+"));
        var out = new ArrayList<String>();
        for (int i = 0; i < in.size(); i++) {
            var word = in.get(i);
            var next = i + 1 < in.size() ? in.get(i + 1) : "";
            if (word.equals("-m") && IMPLIED.contains(next)) {
                i++;
            } else if (ADDRESSES.contains(word)) {
                var cidr = Cidr.parse(next);
                if (cidr.prefix() > 0) {
                    out.add(word);
                    out.add(cidr.toString());
                }
                i++;
            } else if (word.equals("--to-source")) {
                out.add(word);
                out.add(Cidr.parse(next).toString());
                i++;
            } else if (word.equals("--on-ip") && Cidr.parse(next).address().isAnyLocalAddress()) {
                i++;
            } else if (FULL_MASKS.contains(word) && next.equals("0xffffffff")) {
                i++;
            } else if (word.equals("--set-mark")) {
                out.add("--set-xmark");
            } else {
                out.add(word.endsWith("/0xffffffff") ? word.substring(0, word.indexOf('/')) : word);
            }
        }
        return String.join(" ", out);
    }
}
