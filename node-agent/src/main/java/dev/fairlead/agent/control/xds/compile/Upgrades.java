package dev.fairlead.agent.control.xds.compile;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The {@code upgrade_configs} of an HTTP filter or a route, being gathered: name to allowed. */
final class Upgrades {

    private final Map<String, Boolean> allowed = new HashMap<>();

    void add(String type, boolean enabled, At at) throws Refusal {
        String name = Values.notEmpty(type, at.field("upgrade_type")).toLowerCase(Locale.ROOT);
        if (allowed.put(name, enabled) != null) {
            throw at.field("upgrade_type").refuse("second " + name);
        }
    }

    /** All of them. */
    Map<String, Boolean> all() {
        return allowed;
    }

    /** Names of those that are allowed. */
    Set<String> enabled() {
        return allowed.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }
}
