package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.ConsistentHash;
import dev.fairlead.pilot.state.ConsistentHash.Algorithm;
import dev.fairlead.pilot.state.ConsistentHash.Attribute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code consistentHash} of a DestinationRule's loadBalancer. */
final class ConsistentHashReader {

    private static final int DEFAULT_RING = 1024;
    private static final int MAX_RING = 8 * 1024 * 1024; // Envoy's own bound
    private static final int MAX_TABLE = 5_000_011; // Envoy's own bound, as is that it is prime

    private ConsistentHashReader() {}

    static ConsistentHash read(Fields hash) {
        List<ConsistentHash.Key> keys = new ArrayList<>();
        String header = hash.string("httpHeaderName");
        if (!header.isEmpty()) {
            if (!StringMatches.isHeaderName(header)) {
                hash.problem("httpHeaderName", "not a header name");
            }
            keys.add(new ConsistentHash.Key.Header(Fields.lower(header)));
        }
        ConsistentHash.Key cookie = hash.object("httpCookie", ConsistentHashReader::cookie);
        if (cookie != null) {
            keys.add(cookie);
        }
        if (hash.bool("useSourceIp")) {
            keys.add(new ConsistentHash.Key.SourceIp());
        }
        String parameter = hash.string("httpQueryParameterName");
        if (!parameter.isEmpty()) {
            keys.add(new ConsistentHash.Key.Query(parameter));
        }
        if (keys.size() != 1) {
            hash.wrong(
                    "one of httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName is"
                            + " needed");
        }
        return sized(hash, keys.isEmpty() ? new ConsistentHash.Key.SourceIp() : keys.getFirst());
    }

    private static ConsistentHash sized(Fields hash, ConsistentHash.Key key) {
        int old = hash.integer("minimumRingSize", 0, MAX_RING, 0);
        Integer ring =
                hash.object(
                        "ringHash", fields -> fields.integer("minimumRingSize", 0, MAX_RING, 0));
        Integer table = hash.object("maglev", ConsistentHashReader::table);
        if (ring != null && table != null) {
            hash.problem("maglev", "cannot stand beside ringHash");
        }
        if (old > 0 && (ring != null || table != null)) {
            hash.problem("minimumRingSize", "cannot stand beside ringHash or maglev");
        }
        if (table != null) {
            return new ConsistentHash(key, Algorithm.MAGLEV, table);
        }
        return new ConsistentHash(
                key, Algorithm.RING, ring != null ? ring : old > 0 ? old : DEFAULT_RING);
    }

    private static int table(Fields maglev) {
        if (!maglev.has("tableSize")) {
            maglev.problem("tableSize", "is needed");
        }
        int size = maglev.integer("tableSize", 1, MAX_TABLE - 1, 1);
        if (!isPrime(size)) {
            maglev.problem("tableSize", size + " is not a prime");
        }
        return size;
    }

    private static boolean isPrime(int number) {
        for (int i = 2; (long) i * i <= number; i++) {
            if (number % i == 0) {
                return false;
            }
        }
        return true;
    }

    private static ConsistentHash.Key cookie(Fields cookie) {
        Set<String> names = new HashSet<>();
        List<Attribute> attributes =
                cookie.list(
                        "attributes",
                        entry -> {
                            String name = Checks.needed(entry, "name");
                            if (!names.add(name)) {
                                entry.problem("name", "duplicate " + name);
                            }
                            return new Attribute(name, entry.string("value"));
                        });
        String name = Checks.needed(cookie, "name");
        if (!name.isEmpty() && !StringMatches.isHeaderName(name)) {
            cookie.problem("name", "not the name of a cookie");
        }
        @Nullable Duration ttl = Durations.read(cookie, "ttl", 0);
        return new ConsistentHash.Key.Cookie(name, cookie.string("path"), ttl, attributes);
    }
}
