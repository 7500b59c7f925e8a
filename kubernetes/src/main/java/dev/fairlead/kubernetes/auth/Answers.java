package dev.fairlead.kubernetes.auth;

import dev.fairlead.wire.tokens.Caller;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers by a token's hash, for a while. Two tables, so that a flood of bad tokens does not push
 * out a good one; each forgets what was longest unused. Thread: any.
 */
final class Answers {

    /**
     * @param caller null: nobody's
     * @param freshUntil may be given out again before
     * @param knownUntil a caller's token is asked about before strangers' until then
     */
    record Answer(@Nullable Caller caller, Instant freshUntil, Instant knownUntil) {}

    private final Map<String, Answer> good;
    private final Map<String, Answer> bad;

    Answers(int most) {
        good = new Bounded(most);
        bad = new Bounded(most);
    }

    private static final class Bounded extends LinkedHashMap<String, Answer> {
        private static final long serialVersionUID = 1;
        private final int most;

        Bounded(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
            return size() > most;
        }
    }

    /** The last answer about this token, fresh or not. */
    synchronized @Nullable Answer get(String hash) {
        Answer answer = good.get(hash);
        return answer != null ? answer : bad.get(hash);
    }

    synchronized void put(String hash, Answer answer) {
        if (answer.caller == null) {
            good.remove(hash);
            bad.put(hash, answer);
        } else {
            bad.remove(hash);
            good.put(hash, answer);
        }
    }

    synchronized int size() {
        return good.size() + bad.size();
    }
}
