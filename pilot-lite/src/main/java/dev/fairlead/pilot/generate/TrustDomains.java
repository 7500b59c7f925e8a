package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.state.MeshSettings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The mesh's trust domain and its aliases: who has an identity in one of them has it in all. {@code
 * cluster.local} in a policy means them too.
 *
 * <p>Source: istio.io "Trust Domain Migration".
 */
record TrustDomains(List<String> all) {

    private static final String LOCAL = "cluster.local";
    private static final int PARTS = 5; // domain/ns/namespace/sa/account

    TrustDomains {
        all = List.copyOf(all);
    }

    static TrustDomains of(MeshSettings mesh) {
        List<String> all = new ArrayList<>(List.of(mesh.trustDomain()));
        all.addAll(mesh.security().trustDomainAliases());
        return new TrustDomains(all);
    }

    /** Principals, each of ours once for every domain. */
    List<String> principals(List<String> principals) {
        Set<String> written = new LinkedHashSet<>();
        for (String principal : principals) {
            String[] parts = principal.split("/", -1);
            String domain = parts[0];
            if (parts.length != PARTS || domain.equals("*") || !isOurs(domain)) {
                written.add(principal);
                continue;
            }
            String rest = principal.substring(domain.length());
            for (String one : all) {
                // a pattern stays as it is for what it takes
                written.add(
                        domain.startsWith("*") && one.endsWith(domain.substring(1))
                                ? principal
                                : one + rest);
            }
        }
        return List.copyOf(written);
    }

    /** Trust domains; one of ours means all. */
    List<String> domains(List<String> domains) {
        Set<String> written = new LinkedHashSet<>();
        for (String domain : domains) {
            if (all.contains(domain)) {
                written.addAll(all);
            } else {
                written.add(domain);
            }
        }
        return List.copyOf(written);
    }

    private boolean isOurs(String domain) {
        return domain.equals(LOCAL) || all.stream().anyMatch(one -> takes(domain, one));
    }

    private static boolean takes(String pattern, String domain) {
        if (pattern.startsWith("*")) {
            return domain.endsWith(pattern.substring(1));
        }
        return pattern.endsWith("*")
                ? domain.startsWith(pattern.substring(0, pattern.length() - 1))
                : domain.equals(pattern);
    }
}
