package dev.fairlead.agent.control.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.agent.model.identity.CertificateStatus;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.ca.CaConfig;
import dev.fairlead.ca.CertificateAuthority;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient;
import dev.fairlead.wire.svid.CertificateClient.Answer;
import dev.fairlead.wire.svid.CertificateClient.Retry;
import dev.fairlead.wire.tokens.BearerToken;
import dev.fairlead.wire.tokens.Caller;
import dev.fairlead.wire.tokens.NodeTokens;
import dev.fairlead.wire.tokens.SpiffeTls;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identities of two nodes against a real ca over gRPC and TLS. */
class IdentitiesTest implements IdentityListener {

    private static final Duration LIFETIME = Duration.ofSeconds(4);
    private static final SpiffeId REVIEWS = new SpiffeId("cluster.local", "default", "reviews");
    private static final Caller NODE_1 = new Caller.Node("node-1");
    private static final Caller NODE_2 = new Caller.Node("node-2");

    @TempDir Path folder;
    private final LinkedBlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private ObjectDirectory observed;
    private CertificateAuthority ca;
    private ManagedChannel channel;
    private Identities identities;
    private volatile boolean caDead;

    @BeforeEach
    void start() throws Exception {
        NodeTokens.write(
                folder.resolve("tokens.json"),
                List.of(
                        NodeTokens.mint(folder.resolve("node-1"), NODE_1, new SecureRandom()),
                        NodeTokens.mint(folder.resolve("node-2"), NODE_2, new SecureRandom())));
        observed = new ObjectDirectory(folder.resolve("cluster/observed"));
        ca =
                CertificateAuthority.start(
                        new CaConfig(
                                new CaConfig.Directory(
                                        folder.resolve("cluster"),
                                        folder.resolve("ca"),
                                        folder.resolve("tokens.json"),
                                        folder.resolve("root.pem")),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                "cluster.local",
                                LIFETIME),
                        Clock.systemUTC());
        channel =
                SpiffeTls.channel(
                                "127.0.0.1:" + ca.port(),
                                folder.resolve("root.pem"),
                                SpiffeId.ca("cluster.local"))
                        .build();
        identities = identitiesOf(NODE_1);
    }

    private Identities identitiesOf(Caller node) {
        var client =
                new CertificateClient(
                        channel, new BearerToken(folder.resolve(((Caller.Node) node).name())));
        return new Identities(id -> ask(client, id), this, Clock.systemUTC(), new Random(7));
    }

    private Answer ask(CertificateClient client, SpiffeId id) {
        return caDead ? new Retry("dead") : client.request(id, Duration.ZERO);
    }

    @AfterEach
    void stop() throws Exception {
        identities.close();
        channel.shutdownNow();
        ca.close();
        observed.close();
    }

    @Override
    public void onSvid(Svid svid) {
        heard.add(svid);
    }

    @Override
    public void onGone(SpiffeId id) {
        heard.add(id);
    }

    private void pod(String node) throws Exception {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        pod.putObject("spec").put("nodeName", node).put("serviceAccountName", "reviews");
        pod.putObject("status").put("phase", "Running");
        observed.put(new ObjectKey("", "Pod", "default", "reviews-1"), pod);
        observed.commit();
    }

    private static Outcome get(CompletableFuture<Outcome> outcome) throws Exception {
        return outcome.get(10, TimeUnit.SECONDS);
    }

    private Object hear() throws Exception {
        return heard.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void aPodOfThisNodeGetsAnSvid() throws Exception {
        pod("node-1");

        Outcome outcome = get(identities.want(REVIEWS));

        assertThat(outcome).isInstanceOf(Outcome.Ready.class);
        Svid svid = ((Outcome.Ready) outcome).svid();
        assertThat(svid.id()).isEqualTo(REVIEWS);
        assertThat(hear()).isEqualTo(svid);
        CertificateStatus status = identities.list().getFirst();
        assertThat(status.state()).isEqualTo("Valid");
        assertThat(status.chain()).isEqualTo(svid.chain());
        assertThat(svid.toString()).doesNotContain("key");
    }

    @Test
    void nodeTwoCannotGetTheIdentityOfNodeOnesPod() throws Exception {
        pod("node-1");
        identities.close();
        identities = identitiesOf(NODE_2);

        assertThat(get(identities.want(REVIEWS))).isInstanceOf(Outcome.Refused.class);
        assertThat(identities.counters().refused()).isEqualTo(1);
        assertThat(identities.list().getFirst().problem()).contains("PERMISSION_DENIED");
    }

    @Test
    void aPodThatCaDoesNotKnowYetIsWaitedFor() throws Exception {
        CompletableFuture<Outcome> outcome = identities.want(REVIEWS);
        while (identities.counters().failed() == 0) {
            Thread.onSpinWait();
        }
        assertThat(outcome).isNotDone();

        pod("node-1");

        assertThat(get(outcome)).isInstanceOf(Outcome.Ready.class);
    }

    @Test
    void anSvidIsRenewedInTimeAndKeptWhileWanted() throws Exception {
        pod("node-1");
        identities.want(REVIEWS);
        Outcome second = get(identities.want(REVIEWS));
        Svid first = (Svid) hear();
        assertThat(second).isEqualTo(new Outcome.Ready(first));
        identities.release(REVIEWS);

        Svid next = (Svid) hear();

        assertThat(next.serial()).isNotEqualTo(first.serial());
        assertThat(next.key()).isNotEqualTo(first.key());
        assertThat(next.leaf().getNotBefore()).isBefore(first.leaf().getNotAfter());
        identities.release(REVIEWS);
        assertThat(hear()).isEqualTo(REVIEWS);
        assertThat(identities.list()).isEmpty();
    }

    @Test
    void withCaDeadAnSvidIsServedUntilItExpires() throws Exception {
        pod("node-1");
        identities.want(REVIEWS);
        Svid svid = (Svid) hear();
        caDead = true;

        Object next = hear();

        assertThat(next).isEqualTo(REVIEWS);
        assertThat(Clock.systemUTC().instant()).isAfterOrEqualTo(svid.notAfter());
        assertThat(identities.counters().expired()).isEqualTo(1);
        caDead = false;
        assertThat(hear()).isInstanceOf(Svid.class);
    }

    @Test
    void releaseBeforeTheFirstAnswerEndsTheWait() throws Exception {
        CompletableFuture<Outcome> outcome = identities.want(REVIEWS);

        identities.release(REVIEWS);

        assertThat(get(outcome)).isEqualTo(new Outcome.Released());
    }

    @Test
    void closeEndsTheWait() throws Exception {
        CompletableFuture<Outcome> outcome = identities.want(REVIEWS);

        identities.close();

        assertThat(get(outcome)).isEqualTo(new Outcome.Released());
        assertThat(get(identities.want(REVIEWS))).isEqualTo(new Outcome.Released());
    }
}
