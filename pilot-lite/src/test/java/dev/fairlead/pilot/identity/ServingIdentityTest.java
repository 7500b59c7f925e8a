package dev.fairlead.pilot.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.tokens.MeshTrust;
import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When pilot-lite gets itself a new certificate. */
@SuppressWarnings("NullAway.Init") // by start()
class ServingIdentityTest {

    private static final SpiffeId PILOT = SpiffeId.pilot("cluster.local");

    /** Stands still: no certificate comes to half its life. */
    private static final Clock CLOCK = Clock.fixed(Instant.now(), ZoneOffset.UTC);

    @TempDir Path folder;
    private SigningCa ca;
    private Server server;
    private ManagedChannel channel;
    private ServingIdentity identity;

    private static final class NoToken extends CallCredentials {
        @Override
        public void applyRequestMetadata(
                RequestInfo request, Executor executor, MetadataApplier applier) {
            applier.apply(new Metadata());
        }
    }

    @BeforeEach
    void start() throws Exception {
        ca = new SigningCa(PILOT.uri());
        Path roots = folder.resolve("root.pem");
        Files.writeString(roots, Pem.write(List.of(ca.root)));
        server =
                NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                        .addService(ca)
                        .build()
                        .start();
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                        .usePlaintext()
                        .build();
        identity =
                ServingIdentity.obtain(
                        new CertificateClient(channel, new NoToken()),
                        channel::resetConnectBackoff,
                        PILOT,
                        new MeshTrust(roots),
                        CLOCK);
    }

    @AfterEach
    void stop() throws Exception {
        identity.close();
        channel.shutdownNow();
        server.shutdownNow();
        server.awaitTermination(10, TimeUnit.SECONDS);
    }

    private X509Certificate leaf() {
        return identity.key().chain().getFirst();
    }

    private X509Certificate awaitOtherThan(X509Certificate old) throws InterruptedException {
        for (int i = 0; i < 1500 && leaf().equals(old); i++) {
            Thread.sleep(20);
        }
        assertThat(leaf()).isNotEqualTo(old);
        return leaf();
    }

    @Test
    void whenItIsTakenBackAndOnceForEach() throws Exception {
        X509Certificate first = leaf();
        assertThat(ca.issued()).isEqualTo(1);

        Files.writeString(folder.resolve("ca-crl.pem"), ca.crl(first));
        X509Certificate second = awaitOtherThan(first);
        assertThat(ca.issued()).isEqualTo(2);

        Files.writeString(folder.resolve("ca-crl.pem"), ca.crl(first, second));
        awaitOtherThan(second);
        assertThat(ca.issued()).isEqualTo(3);
    }
}
