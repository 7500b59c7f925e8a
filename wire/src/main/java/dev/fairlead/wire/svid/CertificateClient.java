package dev.fairlead.wire.svid;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.v1.ca.IstioCertificateRequest;
import dev.fairlead.wire.v1.ca.IstioCertificateResponse;
import dev.fairlead.wire.v1.ca.IstioCertificateServiceGrpc;
import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks ca for a certificate. Each call makes a new key. Thread: any that may wait (a virtual one).
 */
public final class CertificateClient {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /** What ca answered. */
    public sealed interface Answer {}

    /**
     * A key with its certificate.
     *
     * @param chain leaf first, without the root
     * @param bundle the roots to trust
     */
    public record Issued(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> bundle)
            implements Answer {
        public Issued {
            chain = List.copyOf(chain);
            bundle = List.copyOf(bundle);
        }

        public X509Certificate leaf() {
            return chain.get(0);
        }

        @Override
        public String toString() {
            return "Issued[" + leaf().getSerialNumber().toString(16) + "]"; // never the key
        }
    }

    /** Not now: ca away, busy, or it has not heard of the pod yet. */
    public record Retry(String reason) implements Answer {}

    /** ca says no to this caller. */
    public record Denied(String reason) implements Answer {}

    private final IstioCertificateServiceGrpc.IstioCertificateServiceBlockingStub stub;

    public CertificateClient(Channel channel, CallCredentials token) {
        stub = IstioCertificateServiceGrpc.newBlockingStub(channel).withCallCredentials(token);
    }

    /** Waits for ca's answer, 10 s at most. {@code validity} zero: as long as ca gives. */
    public Answer request(SpiffeId id, Duration validity) {
        SvidKey key = SvidKey.generate();
        var request =
                IstioCertificateRequest.newBuilder()
                        .setCsr(key.requestPem())
                        .setValidityDuration(validity.toSeconds())
                        .setMetadata(
                                Struct.newBuilder()
                                        .putFields(
                                                "ImpersonatedIdentity",
                                                Value.newBuilder()
                                                        .setStringValue(id.uri())
                                                        .build()))
                        .build();
        try {
            return accept(
                    id,
                    key,
                    stub.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                            .createCertificate(request));
        } catch (StatusRuntimeException e) {
            return switch (e.getStatus().getCode()) {
                case PERMISSION_DENIED, UNAUTHENTICATED, INVALID_ARGUMENT, UNIMPLEMENTED ->
                        new Denied(reason(e));
                default -> new Retry(reason(e));
            };
        } catch (CertificateException e) {
            return new Retry("ca's answer: " + e.getMessage());
        }
    }

    private static Issued accept(SpiffeId id, SvidKey key, IstioCertificateResponse response)
            throws CertificateException {
        int last = response.getCertChainCount() - 1;
        if (last < 1) {
            throw new CertificateException((last + 1) + " entries in cert_chain, expected 2");
        }
        List<X509Certificate> chain = new ArrayList<>();
        for (String pem : response.getCertChainList().subList(0, last)) {
            chain.addAll(Pem.certificates(pem));
        }
        List<X509Certificate> bundle = Pem.certificates(response.getCertChain(last));
        X509Certificate leaf = chain.get(0);
        if (!leaf.getPublicKey().equals(key.publicKey())) {
            throw new CertificateException("the certificate is for another key");
        }
        if (!SvidRules.idOf(leaf).equals(id)) {
            throw new CertificateException("the certificate is for " + SvidRules.idOf(leaf));
        }
        leaf.checkValidity();
        return new Issued(key.privateKey(), chain, bundle);
    }

    private static String reason(StatusRuntimeException e) {
        Throwable cause = e.getStatus().getCause();
        String text = String.valueOf(e.getStatus().getDescription());
        return e.getStatus().getCode() + ": " + text + (cause == null ? "" : " (" + cause + ")");
    }
}
