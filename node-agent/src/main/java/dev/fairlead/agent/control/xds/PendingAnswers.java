package dev.fairlead.agent.control.xds;

import dev.fairlead.agent.control.xds.compile.ResourceType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Responses that are handled but not yet answered: each waits until a snapshot made after it is
 * installed and, for listeners and routes, until none of its resources is held back any more. So an
 * ACK says "in force". Answers of one type keep their order. Thread: the owner's.
 */
final class PendingAnswers {

    private static final Set<ResourceType> IN_FORCE_ONLY =
            EnumSet.of(ResourceType.LISTENER, ResourceType.ROUTE);

    /**
     * @param names that it spoke of
     * @param error what was refused of it; empty: nothing
     * @param assembly number of the first assembly that has it in
     */
    record Pending(
            AdsStream stream,
            ResourceType type,
            String nonce,
            Set<String> names,
            String error,
            long assembly) {}

    private final List<Pending> pending = new ArrayList<>();

    void add(Pending answer) {
        pending.add(answer);
    }

    /** Answers to a stream that ended are owed to nobody. */
    void forget(AdsStream stream) {
        pending.removeIf(answer -> answer.stream == stream);
    }

    /**
     * Sends what is due.
     *
     * @param installed number of the newest assembly that is installed
     * @param held resources that wait for others
     * @param failure why that assembly could not be installed; empty: it was
     * @return how many of them were refusals
     */
    int release(long installed, Map<ResourceType, Set<String>> held, String failure) {
        int refusals = 0;
        Set<ResourceType> blocked = EnumSet.noneOf(ResourceType.class);
        for (Iterator<Pending> all = pending.iterator(); all.hasNext(); ) {
            Pending answer = all.next();
            boolean due =
                    answer.assembly <= installed
                            && !blocked.contains(answer.type)
                            && !isHeld(answer, held);
            if (!due) {
                blocked.add(answer.type);
                continue;
            }
            all.remove();
            String error = answer.error.isEmpty() ? failure : answer.error;
            refusals += error.isEmpty() ? 0 : 1;
            answer.stream.answer(answer.type.typeUrl(), answer.nonce, error);
        }
        return refusals;
    }

    private static boolean isHeld(Pending answer, Map<ResourceType, Set<String>> held) {
        return IN_FORCE_ONLY.contains(answer.type)
                && !Collections.disjoint(answer.names, held.getOrDefault(answer.type, Set.of()));
    }
}
