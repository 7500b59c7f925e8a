package dev.fairlead.agent.data.health;

import dev.fairlead.agent.data.health.NodeChecks.Member;
import dev.fairlead.agent.data.upstream.EndpointChecks.Verdict;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.HealthCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint that is asked for several pods: by one of them, on its loop, from its namespace and
 * with its identity. When that pod leaves, the next takes over with what is known.
 *
 * <p>Thread-safe; what is locked is a few fields, when a check ends and when a pod comes or goes.
 */
final class SharedCheck {

    private final Cluster cluster;
    private final Endpoint endpoint;
    private final CheckRecord record;
    private final List<Member> members = new ArrayList<>(); // the first one asks
    private @Nullable CheckSession session;

    SharedCheck(Cluster cluster, Endpoint endpoint) {
        this.cluster = cluster;
        this.endpoint = endpoint;
        this.record = new CheckRecord(check());
    }

    private HealthCheck check() {
        return Objects.requireNonNull(cluster.policy().check(), "a cluster with a check");
    }

    synchronized Verdict verdict() {
        return record.verdict();
    }

    /** One more pod wants to know. */
    synchronized void join(Member member) {
        members.add(member);
        if (members.size() == 1) {
            lead(member);
        }
    }

    private void lead(Member member) {
        var next = new CheckSession(this, member.pod(), cluster, endpoint, check());
        session = next;
        member.pod().loop().execute(next::start);
    }

    /** On the loop of {@code member}'s pod; whether nobody is left. */
    synchronized boolean leave(Member member) {
        boolean asked = !members.isEmpty() && members.getFirst().equals(member);
        members.remove(member);
        if (asked && session != null) {
            session.stop();
            session = null;
            if (!members.isEmpty()) {
                lead(members.getFirst());
            }
        }
        return members.isEmpty();
    }

    /** A check has ended; what is known now. */
    synchronized Verdict ended(Outcome outcome) {
        boolean changed = record.add(outcome);
        for (Member member : members) {
            if (changed || outcome == Outcome.SUCCESS && member.followsSuccesses()) {
                member.tell(record.verdict());
            }
        }
        return record.verdict();
    }
}
