package dev.fairlead.agent.data.health;

import dev.fairlead.agent.data.upstream.EndpointChecks;
import dev.fairlead.agent.data.upstream.PodContext;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.HealthCheck;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All checks of this node. Pods that would ask an endpoint of a cluster in the same way share one.
 *
 * <p>Thread-safe. A check is kept for as long as a pod wants it.
 */
public final class NodeChecks implements EndpointChecks {

    private final Map<Question, SharedCheck> checks = new ConcurrentHashMap<>();

    /** Everything that makes a difference to an answer, but who asks. */
    private record Question(
            String cluster,
            UpstreamTransport transport,
            ProxyProtocol proxyProtocol,
            Duration connectTimeout,
            HealthCheck check,
            InetSocketAddress address,
            int healthPort,
            boolean mutualTls) {

        static Question of(Cluster cluster, Endpoint endpoint) {
            return new Question(
                    cluster.name(),
                    cluster.transport(),
                    cluster.proxyProtocol(),
                    cluster.connectTimeout(),
                    Objects.requireNonNull(cluster.policy().check(), "a cluster with a check"),
                    endpoint.address(),
                    endpoint.healthPort(),
                    endpoint.mutualTls());
        }
    }

    @Override
    public Watch watch(PodContext pod, Cluster cluster, Endpoint endpoint, Listener listener) {
        Question question = Question.of(cluster, endpoint);
        var member = new Member(this, question, pod, listener, followsSuccesses(cluster));
        SharedCheck check =
                checks.compute(
                        question,
                        (_, known) -> {
                            SharedCheck shared =
                                    known == null ? new SharedCheck(cluster, endpoint) : known;
                            shared.join(member);
                            return shared;
                        });
        member.joined(check);
        return member;
    }

    /** An ejection may end with a check that succeeds. */
    private static boolean followsSuccesses(Cluster cluster) {
        var outliers = cluster.policy().outliers();
        return outliers != null && outliers.checkEndsEjection();
    }

    private void leave(Question question, Member member) {
        checks.computeIfPresent(question, (_, check) -> check.leave(member) ? null : check);
    }

    /** How many endpoints are asked. */
    int size() {
        return checks.size();
    }

    /** A pod that wants to know. */
    static final class Member implements Watch {

        private final NodeChecks checks;
        private final Question question;
        private final PodContext pod;
        private final Listener listener;
        private final boolean followsSuccesses;
        private volatile Verdict verdict = Verdict.UNKNOWN;
        private volatile boolean ended;

        private Member(
                NodeChecks checks,
                Question question,
                PodContext pod,
                Listener listener,
                boolean followsSuccesses) {
            this.checks = checks;
            this.question = question;
            this.pod = pod;
            this.listener = listener;
            this.followsSuccesses = followsSuccesses;
        }

        private void joined(SharedCheck check) {
            verdict = check.verdict();
        }

        PodContext pod() {
            return pod;
        }

        boolean followsSuccesses() {
            return followsSuccesses;
        }

        /** A check has ended; any thread. */
        void tell(Verdict now) {
            pod.loop()
                    .execute(() -> {
                        if (!ended) {
                            listener.heard(now);
                        }
                    });
        }

        @Override
        public Verdict verdict() {
            return verdict;
        }

        @Override
        public void end() {
            ended = true;
            checks.leave(question, this);
        }
    }
}
