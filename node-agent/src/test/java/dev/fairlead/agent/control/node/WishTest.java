package dev.fairlead.agent.control.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.control.node.Wish.Standing;
import dev.fairlead.agent.model.workload.Workload;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WishTest {

    private static final List<InetAddress> ADDRESS = List.of(InetAddress.ofLiteral("198.18.1.9"));

    /** Runs it, does the control plane want it captured, how does it stand: what is to be done. */
    @ParameterizedTest
    @CsvSource({
        "runs, wanted, ABSENT, Capture",
        "runs, wanted, HELD, Capture",
        "runs, wanted, GONE, Capture",
        "runs, unwanted, ABSENT, Leave",
        "runs, unwanted, HELD, Release",
        "runs, unwanted, GONE, Forget",
        "runs, unknown, ABSENT, Leave",
        "runs, unknown, HELD, Leave",
        "runs, unknown, GONE, Forget",
        // A CNI plugin's pods are held before the runtime lists them.
        "unseen, wanted, ABSENT, Leave",
        "unseen, wanted, HELD, Leave",
        "unseen, wanted, GONE, Forget",
        "unseen, unwanted, HELD, Release",
        "unseen, unwanted, GONE, Forget",
        "unseen, unknown, ABSENT, Leave",
        "unseen, unknown, HELD, Leave",
        "unseen, unknown, GONE, Forget",
    })
    void whatIsToBecomeOfAPod(String seen, String word, Standing standing, String wish) {
        Sandbox sandbox = seen.equals("runs") ? new Sandbox("u", Path.of("/n"), ADDRESS) : null;
        assertThat(Wish.of(sandbox, workload(word), standing).getClass().getSimpleName())
                .isEqualTo(wish);
    }

    private static @Nullable Workload workload(String word) {
        return word.equals("unknown") ? null : NodeFixture.workload("u", word.equals("wanted"));
    }

    @Test
    void aPodIsCapturedWhereItRunsWithWhatTheControlPlaneSays() {
        var sandbox = new Sandbox("u", Path.of("/run/netns/x"), ADDRESS);
        Wish wish = Wish.of(sandbox, NodeFixture.workload("u", true), Standing.ABSENT);
        assertThat(wish).isInstanceOf(Wish.Capture.class);
        var add = ((Wish.Capture) wish).add();
        assertThat(add.netns()).isEqualTo("/run/netns/x");
        assertThat(add.serviceAccount()).isEqualTo("account");
        assertThat(add.ips()).containsExactly("198.18.1.9");
        assertThat(add.cni()).isFalse();
    }

    @Test
    void withoutAnAddressAPodIsNotCapturedYet() {
        var sandbox = new Sandbox("u", Path.of("/n"), List.of());
        assertThat(Wish.of(sandbox, NodeFixture.workload("u", true), Standing.ABSENT))
                .isEqualTo(new Wish.Leave());
    }
}
