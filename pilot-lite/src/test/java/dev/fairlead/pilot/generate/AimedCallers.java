package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.state.AccessRule;
import dev.fairlead.pilot.state.AccessRule.Attribute;
import dev.fairlead.pilot.state.AccessRule.Part;
import dev.fairlead.pilot.state.AccessRule.Test;
import dev.fairlead.pilot.state.AuthorizationPolicy;
import dev.fairlead.pilot.state.Subnet;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** Requests that nearly, or quite, fit the rules of some policies. */
final class AimedCallers {

    private final List<AccessRule> rules = new ArrayList<>();
    private final List<Test> tests = new ArrayList<>();
    private final RandomGenerator random;

    AimedCallers(List<AuthorizationPolicy> policies, RandomGenerator random) {
        this.random = random;
        for (AuthorizationPolicy policy : policies) {
            for (AccessRule rule : policy.rules()) {
                rules.add(rule);
                rule.from().forEach(part -> tests.addAll(part.tests()));
                rule.to().forEach(part -> tests.addAll(part.tests()));
            }
        }
    }

    Caller next() {
        var caller = new Caller.Builder();
        if (random.nextInt(4) > 0) {
            AccessRule rule = one(rules);
            aim(caller, rule.from());
            aim(caller, rule.to());
        }
        for (int i = random.nextInt(3); i > 0 && !tests.isEmpty(); i--) { // and off again
            Test test = one(tests);
            List<String> values = new ArrayList<>(test.values());
            values.addAll(test.notValues());
            set(caller, test.attribute(), text(one(values)));
        }
        return caller.build();
    }

    private void aim(Caller.Builder caller, List<Part> parts) {
        if (parts.isEmpty()) {
            return;
        }
        for (Test test : one(parts).tests()) {
            if (!test.values().isEmpty() && random.nextInt(20) > 0) {
                set(caller, test.attribute(), text(one(test.values())));
            } else if (random.nextInt(3) == 0) {
                set(caller, test.attribute(), "other");
            }
        }
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** What a pattern takes, or what it just does not. */
    private String text(String pattern) {
        String some = random.nextBoolean() ? "x" : random.nextBoolean() ? "" : "a/b";
        String text =
                pattern.replace("{**}", some)
                        .replace("{*}", random.nextBoolean() ? "seg" : "seg/two")
                        .replace("*", some);
        return switch (random.nextInt(24)) {
            case 0 -> text + "x";
            case 1 -> "x" + text;
            case 2 -> text.toUpperCase(java.util.Locale.ROOT);
            default -> text;
        };
    }

    private void set(Caller.Builder caller, Attribute attribute, String value) {
        switch (attribute.kind()) {
            case HOST -> caller.header(":authority", value);
            case METHOD -> caller.header(":method", value);
            case PATH -> caller.path(value);
            case DESTINATION_PORT -> {
                if (value.matches("[0-9]{1,5}")) {
                    caller.port(Integer.parseInt(value));
                }
            }
            case DESTINATION_IP -> caller.destinationIp(address(value));
            case SNI -> caller.sni(value);
            case FILTER_METADATA ->
                    caller.metadata(
                            attribute.names().get(0),
                            attribute.names().get(1),
                            random.nextInt(4) == 0 ? List.of("y", value) : value);
            case PRINCIPAL -> caller.principal(value);
            case NAMESPACE -> caller.principal("td1/ns/" + value + "/sa/some");
            case SERVICE_ACCOUNT -> caller.principal("td1/ns/" + value.replace("/", "/sa/"));
            case TRUST_DOMAIN -> caller.principal(value + "/ns/a/sa/b");
            case SOURCE_IP -> caller.sourceIp(address(value));
            case REMOTE_IP -> caller.remoteIp(address(value));
            case HEADER -> caller.header(attribute.names().getFirst(), value);
            case REQUEST_PRINCIPAL -> {
                int slash = value.lastIndexOf('/');
                caller.claim(List.of("iss"), slash < 0 ? value : value.substring(0, slash));
                caller.claim(List.of("sub"), slash < 0 ? "" : value.substring(slash + 1));
            }
            case AUDIENCES -> caller.claim(List.of("aud"), claim(value));
            case PRESENTER -> caller.claim(List.of("azp"), claim(value));
            case CLAIM -> caller.claim(attribute.names(), claim(value));
        }
    }

    private Object claim(String value) {
        return random.nextBoolean() ? value : List.of("some", value);
    }

    private String address(String range) {
        Subnet subnet = Subnet.of(range);
        if (subnet == null || random.nextInt(12) == 0) {
            return "203.0.113." + random.nextInt(256);
        }
        byte[] bytes = Objects.requireNonNull(subnet).network().getAddress();
        if (subnet.length() <= 24) {
            bytes[3] = (byte) random.nextInt(256);
        }
        return (bytes[0] & 0xff)
                + "."
                + (bytes[1] & 0xff)
                + "."
                + (bytes[2] & 0xff)
                + "."
                + (bytes[3] & 0xff);
    }
}
