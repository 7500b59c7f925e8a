package dev.fairlead.agent.model.policy;

import dev.fairlead.agent.model.request.Cidr;
import dev.fairlead.agent.model.request.RequestTest;
import dev.fairlead.agent.model.request.TextTest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A test on a request: of permissions and of principals alike. Source: Envoy, config.rbac.v3
 * Permission and Principal.
 */
public sealed interface Matcher {

    boolean matches(RequestFacts facts);

    record Any() implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            return true;
        }
    }

    record AllOf(List<Matcher> parts) implements Matcher {
        public AllOf {
            parts = List.copyOf(parts);
        }

        @Override
        public boolean matches(RequestFacts facts) {
            for (int i = 0; i < parts.size(); i++) {
                if (!parts.get(i).matches(facts)) {
                    return false;
                }
            }
            return true;
        }
    }

    record AnyOf(List<Matcher> parts) implements Matcher {
        public AnyOf {
            parts = List.copyOf(parts);
        }

        @Override
        public boolean matches(RequestFacts facts) {
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i).matches(facts)) {
                    return true;
                }
            }
            return false;
        }
    }

    record Not(Matcher part) implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            return !part.matches(facts);
        }
    }

    /** A test on a header. */
    record Header(RequestTest test) implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            return test.matches(facts.request());
        }
    }

    /** What is not there matches nothing. */
    record Text(Attribute of, TextTest test) implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            String value = of.of(facts);
            return value != null && test.matches(value);
        }
    }

    /** Many texts of one attribute, at the price of one. */
    record OneOf(Attribute of, Set<String> texts) implements Matcher {
        public OneOf {
            texts = Set.copyOf(texts);
        }

        @Override
        public boolean matches(RequestFacts facts) {
            String value = of.of(facts);
            return value != null && texts.contains(value);
        }
    }

    /** The caller is authenticated, whoever it is. */
    record Authenticated() implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            return facts.principal() != null;
        }
    }

    record SourceAddress(Cidr range) implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            return range.contains(facts.source());
        }
    }

    record RemoteAddress(Cidr range) implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            return range.contains(facts.remote());
        }
    }

    /**
     * A claim of the verified token.
     *
     * @param path to it, through objects
     */
    record Claim(List<String> path, ClaimTest test) implements Matcher {
        public Claim {
            path = List.copyOf(path);
        }

        @Override
        public boolean matches(RequestFacts facts) {
            Object value = facts.tokenPayload();
            for (int i = 0; i < path.size(); i++) {
                if (!(value instanceof Map<?, ?> object)) {
                    return false;
                }
                value = object.get(path.get(i));
            }
            return value != null && test.matches(value);
        }
    }

    /** What is never there, so that nothing matches it. */
    record Never() implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            return false;
        }
    }

    record DestinationAddress(Cidr range) implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            return range.contains(facts.destination());
        }
    }

    /** From {@code first} up to {@code end}, which is not in it. */
    record DestinationPort(int first, int end) implements Matcher {
        @Override
        public boolean matches(RequestFacts facts) {
            int port = facts.destinationPort();
            return first <= port && port < end;
        }
    }

    /** What is text about a request; null where it has none. */
    sealed interface Attribute {

        @Nullable String of(RequestFacts facts);

        /** Without query and fragment; CONNECT has none. */
        record Path() implements Attribute {
            @Override
            public @Nullable String of(RequestFacts facts) {
                String path = facts.request().value(":path");
                if (path == null) {
                    return null;
                }
                for (int i = 0; i < path.length(); i++) {
                    char c = path.charAt(i);
                    if (c == '?' || c == '#') {
                        return path.substring(0, i);
                    }
                }
                return path;
            }
        }

        record ServerName() implements Attribute {
            @Override
            public String of(RequestFacts facts) {
                return facts.serverName();
            }
        }

        /** SPIFFE ID of the verified peer. */
        record Principal() implements Attribute {
            @Override
            public @Nullable String of(RequestFacts facts) {
                return facts.principal();
            }
        }

        /** Namespace in the SPIFFE ID of the verified peer. */
        record PrincipalNamespace() implements Attribute {

            private static final int AFTER_SCHEME = "spiffe://".length();
            private static final String BEFORE = "/ns/";

            @Override
            public @Nullable String of(RequestFacts facts) {
                String principal = facts.principal();
                int path = principal == null ? -1 : principal.indexOf('/', AFTER_SCHEME);
                if (principal == null || path < 0 || !principal.startsWith(BEFORE, path)) {
                    return null;
                }
                int begin = path + BEFORE.length();
                int end = principal.indexOf('/', begin);
                return end < 0 ? null : principal.substring(begin, end);
            }
        }

        /** Its first value. */
        record Header(String name) implements Attribute {
            @Override
            public @Nullable String of(RequestFacts facts) {
                return facts.request().value(name);
            }
        }

        /** Where the connection comes from. */
        record Address() implements Attribute {
            @Override
            public String of(RequestFacts facts) {
                return facts.source().getHostAddress();
            }
        }

        record PeerNamespace() implements Attribute {
            @Override
            public @Nullable String of(RequestFacts facts) {
                var peer = facts.peer();
                return peer == null ? null : peer.namespace();
            }
        }

        record PeerWorkload() implements Attribute {
            @Override
            public @Nullable String of(RequestFacts facts) {
                var peer = facts.peer();
                return peer == null ? null : peer.workloadName();
            }
        }

        record PeerLabel(String key) implements Attribute {
            @Override
            public @Nullable String of(RequestFacts facts) {
                var peer = facts.peer();
                return peer == null ? null : peer.labels().get(key);
            }
        }
    }
}
