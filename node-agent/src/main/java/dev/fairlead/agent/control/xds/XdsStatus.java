package dev.fairlead.agent.control.xds;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the agent stands with its control plane.
 *
 * @param connected a stream is open and has been answered on
 * @param link in words, for operators
 * @param lastContact when the control plane last said something; null: never since the start
 * @param generation of the newest response taken; empty: none yet
 * @param synced every wildcard type that all servers know has been answered since the start, or was
 *     loaded from disk
 * @param installed snapshots installed so far
 * @param types by type label ({@code listeners}, {@code routes}, …)
 */
public record XdsStatus(
        boolean connected,
        String link,
        @Nullable Instant lastContact,
        String generation,
        boolean synced,
        long installed,
        long connects,
        long nacks,
        Map<String, TypeStatus> types) {

    static final XdsStatus NOTHING =
            new XdsStatus(false, "not started", null, "", false, 0, 0, 0, Map.of());

    public XdsStatus {
        types = Map.copyOf(types);
    }

    /**
     * @param held names whose newest good version waits for what it names
     * @param rejectedNow resources whose newest version is refused
     * @param accepted versions taken so far
     * @param rejected versions refused so far
     */
    public record TypeStatus(
            int resources, Set<String> held, int rejectedNow, long accepted, long rejected) {
        public TypeStatus {
            held = Set.copyOf(held);
        }
    }
}
