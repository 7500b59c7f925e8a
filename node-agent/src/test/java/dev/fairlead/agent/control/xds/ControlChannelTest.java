package dev.fairlead.agent.control.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.tokens.BearerToken;
import dev.fairlead.wire.tokens.Caller;
import dev.fairlead.wire.tokens.LiveKey;
import dev.fairlead.wire.tokens.NodeTokens;
import dev.fairlead.wire.tokens.SpiffeTls;
import dev.fairlead.wire.tokens.TokenAuthInterceptor;
import dev.fairlead.wire.v1.report.AgentReportsGrpc;
import dev.fairlead.wire.v1.report.AgentReportsGrpc.AgentReportsImplBase;
import dev.fairlead.wire.v1.report.ReportPodsRequest;
import dev.fairlead.wire.v1.report.ReportPodsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real way to the control plane: TLS, the server's identity, the node's token. */
@SuppressWarnings("NullAway.Init") // by start()
class ControlChannelTest {

    private static final SpiffeId PILOT = SpiffeId.pilot("cluster.local");
    private static final SpiffeId CA = SpiffeId.ca("cluster.local");

    @TempDir Path files;
    private final EventLoopGroup loop = ControlChannel.newLoop();
    private Path roots;
    private Path token;
    private Server server;

    /** Answers with who it was that asked, as far as a Boolean can: true for node-1. */
    private static final class PilotThatKnowsNodeOne extends AgentReportsImplBase {
        @Override
        public void reportPods(
                ReportPodsRequest request, StreamObserver<ReportPodsResponse> answer) {
            boolean known = Caller.current().equals(new Caller.Node("node-1"));
            answer.onNext(ReportPodsResponse.newBuilder().setAcknowledged(known).build());
            answer.onCompleted();
        }
    }

    @BeforeEach
    void start() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        keys.initialize(256);
        KeyPair pair = keys.generateKeyPair();
        X509Certificate certificate = selfSigned(pair, PILOT);
        roots = files.resolve("roots.pem");
        Files.writeString(roots, Pem.write(List.of(certificate)));
        token = files.resolve("token");
        var entry = NodeTokens.mint(token, new Caller.Node("node-1"), new SecureRandom());
        Path list = files.resolve("tokens.json");
        NodeTokens.write(list, List.of(entry));
        server =
                SpiffeTls.server(
                                new InetSocketAddress("127.0.0.1", 0),
                                new LiveKey(pair.getPrivate(), List.of(certificate)))
                        .addService(new PilotThatKnowsNodeOne())
                        .intercept(new TokenAuthInterceptor(new NodeTokens(list)))
                        .build()
                        .start();
    }

    @AfterEach
    void stop() throws Exception {
        server.shutdownNow();
        server.awaitTermination(10, TimeUnit.SECONDS);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private static X509Certificate selfSigned(KeyPair pair, SpiffeId id) throws Exception {
        Instant now = Instant.now();
        X500Name name = new X500Name("O=test");
        var builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now.minus(Duration.ofMinutes(1))),
                        Date.from(now.plus(Duration.ofHours(1))),
                        name,
                        pair.getPublic());
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
                Extension.subjectAlternativeName,
                true,
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id.uri())));
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    private boolean report(SpiffeId expected, Path tokenFile) throws Exception {
        ManagedChannel channel =
                ControlChannel.open("127.0.0.1:" + server.getPort(), roots, expected, loop);
        try {
            return AgentReportsGrpc.newBlockingStub(channel)
                    .withCallCredentials(new BearerToken(tokenFile))
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .reportPods(ReportPodsRequest.getDefaultInstance())
                    .getAcknowledged();
        } finally {
            channel.shutdownNow();
            channel.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void theNodeIsKnownByItsToken() throws Exception {
        assertThat(report(PILOT, token)).isTrue();
    }

    @Test
    void aServerOfAnotherIdentityIsNotSpokenTo() {
        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(() -> report(CA, token))
                .satisfies(e ->
                        assertThat(BackOff.reason(e.getStatus()))
                                .contains("server is " + PILOT + ", expected " + CA));
    }

    @Test
    void anUnknownTokenIsRefused() throws Exception {
        Path other = files.resolve("other");
        NodeTokens.mint(other, new Caller.Node("node-2"), new SecureRandom());

        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(() -> report(PILOT, other))
                .satisfies(e ->
                        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
    }
}
