package dev.fairlead.pilot.state;

import java.util.List;

/**
 * What a request, or a connection, must be to fit: from one of these and to one of those.
 *
 * @param from what its caller may be; empty: nobody fits
 * @param to what it may ask for; empty: nothing fits
 */
public record AccessRule(List<Part> from, List<Part> to) {

    /** Fits nothing: a policy without rules is one that has this. */
    public static final AccessRule NEVER = new AccessRule(List.of(), List.of());

    public AccessRule {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    /** All of these; none: anything fits. */
    public record Part(List<Test> tests) {

        public static final Part ANYTHING = new Part(List.of());

        public Part {
            tests = List.copyOf(tests);
        }
    }

    /**
     * One comparison.
     *
     * @param values one of these, unless there are none; what may stand in them depends on the
     *     attribute
     * @param notValues none of these
     */
    public record Test(Attribute attribute, List<String> values, List<String> notValues) {
        public Test {
            values = List.copyOf(values);
            notValues = List.copyOf(notValues);
        }
    }

    /**
     * What is compared.
     *
     * @param names of a header one; of a claim its path; of metadata the filter and a key
     */
    public record Attribute(Kind kind, List<String> names) {

        public Attribute {
            names = List.copyOf(names);
        }

        public static Attribute of(Kind kind) {
            return new Attribute(kind, List.of());
        }
    }

    /** Where what is compared comes from. */
    public enum Kind {
        HOST(true, false),
        METHOD(true, false),
        PATH(true, false),
        DESTINATION_PORT(false, false),
        DESTINATION_IP(false, false),
        SNI(false, false),
        FILTER_METADATA(false, false),
        PRINCIPAL(false, true),
        NAMESPACE(false, true),
        /** Values are {@code namespace/account}. */
        SERVICE_ACCOUNT(false, true),
        TRUST_DOMAIN(false, true),
        /** Of the connection. */
        SOURCE_IP(false, true),
        /** Of the client, as the request says who it is. */
        REMOTE_IP(false, true),
        REQUEST_PRINCIPAL(true, true),
        AUDIENCES(true, true),
        PRESENTER(true, true),
        CLAIM(true, true),
        HEADER(true, true);

        private final boolean http;
        private final boolean ofCaller;

        Kind(boolean http, boolean ofCaller) {
            this.http = http;
            this.ofCaller = ofCaller;
        }

        /** Whether only requests have it: a connection alone does not. */
        public boolean isHttp() {
            return http;
        }

        /** Whether it says who asks, and not for what. */
        public boolean isOfCaller() {
            return ofCaller;
        }
    }
}
