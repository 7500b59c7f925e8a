package dev.fairlead.pilot.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.state.JwtRule.Keys;
import dev.fairlead.pilot.state.KeySet;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When keys are fetched, and which hold meanwhile; the clock is turned by hand. */
class KeyBookTest {

    private static final Keys.Remote A =
            new Keys.Remote("https://a/keys", false, Duration.ofSeconds(5));
    private static final Keys.Remote B =
            new Keys.Remote("https://b/keys", false, Duration.ofSeconds(5));

    private final Map<Keys.Remote, String> published = new HashMap<>(Map.of(A, "a1", B, "b1"));
    private int fetches;
    private int changes;
    private long nanos;
    private final KeyBook book =
            new KeyBook(this::fetch, () -> changes++, () -> nanos, Runnable::run);

    private String fetch(Keys.Remote from) throws IOException {
        fetches++;
        String text = published.get(from);
        if (text == null) {
            throw new IOException("status 500");
        }
        return text;
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        book.step();
    }

    private KeySet keys(Keys.Remote from) {
        return book.of(Set.of(A, B)).getOrDefault(from, KeySet.NONE);
    }

    @Test
    void keysComeAtOnceAndAgain() {
        assertThat(keys(A)).isEqualTo(KeySet.NONE);
        book.step();
        assertThat(keys(A)).isEqualTo(new KeySet("a1", ""));
        assertThat(changes).isEqualTo(2);

        published.put(A, "a2");
        pass(KeyBook.REFRESH.minusSeconds(1));
        assertThat(keys(A).text()).isEqualTo("a1");
        pass(Duration.ofSeconds(1));
        assertThat(keys(A).text()).isEqualTo("a2");
        assertThat(changes).isEqualTo(3); // b's are as they were
    }

    @Test
    void theLastGoodOnesHoldWhileThereAreNoNewer() {
        keys(A);
        book.step();
        published.remove(A);
        pass(KeyBook.REFRESH);
        assertThat(keys(A)).isEqualTo(new KeySet("a1", "status 500"));
        published.put(A, "a3");
        pass(KeyBook.FIRST_RETRY);
        assertThat(keys(A)).isEqualTo(new KeySet("a3", ""));
    }

    @Test
    void afterAFailureItIsTriedSoonButEverLessOften() {
        published.clear();
        keys(A);
        for (int second = 0; second < 600; second++) {
            pass(Duration.ofSeconds(1));
        }
        assertThat(keys(A).failure()).isEqualTo("status 500");
        assertThat(changes).isEqualTo(2); // the same failure again is nothing new
        assertThat(fetches).isBetween(2 * 14, 2 * 18); // 1 2 4 8 16 32 60 60 ...
    }

    @Test
    void whatNobodyAsksForIsForgotten() {
        keys(A);
        book.step();
        assertThat(book.of(Set.of(B))).containsOnlyKeys(B);
        published.put(A, "a2");
        assertThat(keys(A)).isEqualTo(KeySet.NONE);
        book.step();
        assertThat(keys(A).text()).isEqualTo("a2");
    }

    /** A state is compiled again only for what is another object. */
    @Test
    void whatIsAsItWasIsTheSameMap() {
        keys(A);
        book.step();
        Map<Keys.Remote, KeySet> before = book.of(Set.of(A, B));
        pass(KeyBook.REFRESH);
        assertThat(book.of(Set.of(A, B))).isSameAs(before);
    }
}
