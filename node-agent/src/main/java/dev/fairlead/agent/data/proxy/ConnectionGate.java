package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.authz.AuthorizationCall;
import dev.fairlead.agent.data.authz.GrpcQuestion;
import dev.fairlead.agent.data.authz.Verdict;
import dev.fairlead.agent.data.policy.ConnectionChecks;
import dev.fairlead.agent.data.stats.ConnectionAccessStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.model.listener.NetworkFilter;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one opaque connection must pass, one filter after the other; where an authorizer is asked,
 * nothing is read of the connection meanwhile.
 *
 * <p>Owner: the pod's loop. Source: Envoy, ext_authz network filter, which asks at the first byte;
 * we ask before, for a server may speak first.
 */
final class ConnectionGate {

    private final PodRuntime pod;
    private final Channel channel;
    private final InetSocketAddress destination;
    private final Facts facts;
    private final Consumer<Boolean> told;
    private final ConnectionChecks.Passage passage;

    private ConnectionGate(
            PodRuntime pod,
            Channel channel,
            InetSocketAddress destination,
            List<NetworkFilter> filters,
            Facts facts,
            Consumer<Boolean> told) {
        this.pod = pod;
        this.channel = channel;
        this.destination = destination;
        this.facts = facts;
        this.told = told;
        this.passage = new ConnectionChecks.Passage(filters);
    }

    /**
     * @param told once, perhaps at once, whether the connection may pass; not where it ends before
     */
    static void ask(
            PodRuntime pod,
            Channel channel,
            InetSocketAddress destination,
            List<NetworkFilter> filters,
            Facts facts,
            Consumer<Boolean> told) {
        new ConnectionGate(pod, channel, destination, filters, facts, told).goOn();
    }

    private void goOn() {
        switch (pod.connectionChecks().next(passage, facts)) {
            case ConnectionChecks.Step.Passes() -> told.accept(true);
            case ConnectionChecks.Step.Refused() -> told.accept(false);
            case ConnectionChecks.Step.Asks(ExternalAuthorization rules) -> ask(rules);
        }
    }

    private void ask(ExternalAuthorization rules) {
        count(ConnectionAccessStat.AUTHORIZER_TOTAL);
        PodCluster cluster = pod.cluster(rules.service().cluster());
        if (cluster == null
                || !(rules.service() instanceof ExternalAuthorization.Grpc service)
                || !(channel.remoteAddress() instanceof InetSocketAddress caller)) {
            heard(rules, new Verdict.Failed());
            return;
        }
        GrpcQuestion question =
                GrpcQuestion.ofConnection(
                        service,
                        facts,
                        caller.getPort(),
                        facts.principal() == null ? null : pod.context().pod().identity().uri());
        AuthorizationCall call =
                new AuthorizationCall(cluster, question, verdict -> heard(rules, verdict));
        channel.closeFuture().addListener(_ -> call.abort());
        call.begin(new PickContext(destination), channel.eventLoop(), service.timeout());
    }

    private void heard(ExternalAuthorization rules, @Nullable Verdict verdict) {
        if (!channel.isOpen()) {
            return;
        }
        if (verdict instanceof Verdict.Allowed) {
            count(ConnectionAccessStat.AUTHORIZER_OK);
            goOn();
        } else if (verdict instanceof Verdict.Refused) {
            count(ConnectionAccessStat.AUTHORIZER_DENIED);
            count(ConnectionAccessStat.AUTHORIZER_CX_CLOSED);
            told.accept(false);
        } else {
            count(ConnectionAccessStat.AUTHORIZER_ERROR);
            if (rules.failOpen()) {
                count(ConnectionAccessStat.AUTHORIZER_FAILURE_MODE_ALLOWED);
                goOn();
            } else {
                count(ConnectionAccessStat.AUTHORIZER_CX_CLOSED);
                told.accept(false);
            }
        }
    }

    private void count(ConnectionAccessStat stat) {
        Counters<ConnectionAccessStat> counters = pod.connectionChecks().counters();
        counters.inc(stat);
    }
}
