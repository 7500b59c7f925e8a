package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That requests which are alike in something go to one endpoint.
 *
 * @param key in what
 * @param algorithm how an endpoint is found by it
 * @param size of a ring at least, or of Maglev's table; 0: Envoy's default
 */
public record ConsistentHash(Key key, Algorithm algorithm, long size) {

    /** What is hashed. */
    public sealed interface Key {

        /** A header's value; the name is in lower case. */
        record Header(String name) implements Key {}

        /**
         * A cookie.
         *
         * @param ttl a client that has none is given one for that long; zero: for its session;
         *     null: it is given none
         */
        record Cookie(String name, String path, @Nullable Duration ttl, List<Attribute> attributes)
                implements Key {
            public Cookie {
                attributes = List.copyOf(attributes);
            }
        }

        /** The client's address. */
        record SourceIp() implements Key {}

        /** A parameter of the query. */
        record Query(String name) implements Key {}
    }

    /** What else a cookie that is given says. */
    public record Attribute(String name, String value) {}

    /** How an endpoint is found. */
    public enum Algorithm {
        RING,
        MAGLEV
    }
}
