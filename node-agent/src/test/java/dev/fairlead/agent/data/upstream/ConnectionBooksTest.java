package dev.fairlead.agent.data.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class ConnectionBooksTest {

    private final WorkerStats.ClusterCounters counters = new WorkerStats().cluster("uid", "c");

    private ConnectionBooks books() {
        var limit = new Limit(counters.counters(), ClusterStat.CX_OPEN, ClusterStat.REMAINING_CX);
        return new ConnectionBooks(counters, limit, false);
    }

    @Test
    void whatIsLateIsToldFromWhatIsRefused() {
        assertThat(books().failed(new ConnectTimeoutException("late")))
                .isEqualTo(ResponseFlag.UPSTREAM_CONNECT_TIMEOUT);
        assertThat(books().failed(new ConnectException("refused")))
                .isEqualTo(ResponseFlag.UPSTREAM_CONNECT_FAILURE);
        assertThat(counters.counters().get(ClusterStat.UPSTREAM_CX_CONNECT_TIMEOUT)).isEqualTo(1);
        assertThat(counters.counters().get(ClusterStat.UPSTREAM_CX_CONNECT_FAIL)).isEqualTo(2);
        assertThat(ResponseFlag.UPSTREAM_CONNECT_TIMEOUT.body()).endsWith("connection timeout");
        assertThat(ResponseFlag.UPSTREAM_CONNECT_FAILURE.body())
                .endsWith("remote connection failure");
    }
}
