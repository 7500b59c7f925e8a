package dev.fairlead.ca;

import com.google.protobuf.Value;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.tokens.Caller;
import dev.fairlead.wire.v1.ca.IstioCertificateRequest;
import dev.fairlead.wire.v1.ca.IstioCertificateResponse;
import dev.fairlead.wire.v1.ca.IstioCertificateServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code CreateCertificate}: limit, authorize, check the request, sign. The identity is the one in
 * metadata {@code ImpersonatedIdentity}; whatever the request says of itself is ignored. Thread:
 * any.
 */
final class CertificateService extends IstioCertificateServiceGrpc.IstioCertificateServiceImplBase {

    private static final Logger log = LoggerFactory.getLogger(CertificateService.class);
    private static final String IDENTITY = "ImpersonatedIdentity";

    private final Trust trust;
    private final Authorizer authorizer;
    private final RateLimit rate;
    private final Lifetimes lifetimes;
    private final CaMetrics metrics;
    private final Clock clock;
    private final LongAdder refused = new LongAdder();

    CertificateService(
            Trust trust,
            Authorizer authorizer,
            RateLimit rate,
            Lifetimes lifetimes,
            CaMetrics metrics,
            Clock clock) {
        this.trust = trust;
        this.authorizer = authorizer;
        this.rate = rate;
        this.lifetimes = lifetimes;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Requests answered PERMISSION_DENIED so far. */
    long refused() {
        return refused.sum();
    }

    @Override
    public void createCertificate(
            IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> answer) {
        try (var _ = metrics.seconds.startTimer()) {
            decide(request, answer);
        }
    }

    private void decide(
            IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> answer) {
        Caller caller = Caller.current();
        if (!rate.take(caller.subject())) {
            answer.onError(refusal(Status.RESOURCE_EXHAUSTED, "too many requests, retry later"));
            return;
        }
        String wanted =
                request.getMetadata()
                        .getFieldsOrDefault(IDENTITY, Value.getDefaultInstance())
                        .getStringValue();
        SpiffeId id;
        try {
            id = SpiffeId.parse(wanted);
        } catch (IllegalArgumentException e) {
            answer.onError(refusal(Status.INVALID_ARGUMENT, IDENTITY + ": " + e.getMessage()));
            return;
        }
        switch (authorizer.check(caller, id)) {
            case Authorizer.Allowed() -> sign(caller, id, request, answer);
            case Authorizer.NotYet(String reason) ->
                    answer.onError(refusal(Status.UNAVAILABLE, "retry: " + reason));
            case Authorizer.Refused(String reason) -> {
                refused.increment();
                log.warn(
                        "certificate refused caller={} identity={} reason=\"{}\" refused_total={}",
                        caller.subject(),
                        id,
                        reason,
                        refused.sum());
                answer.onError(refusal(Status.PERMISSION_DENIED, reason));
            }
        }
    }

    private void sign(
            Caller caller,
            SpiffeId id,
            IstioCertificateRequest request,
            StreamObserver<IstioCertificateResponse> answer) {
        switch (CsrCheck.check(request.getCsr())) {
            case CsrCheck.Bad(String reason) -> {
                log.warn(
                        "request refused caller={} identity={} reason=\"{}\"",
                        caller.subject(),
                        id,
                        reason);
                answer.onError(refusal(Status.INVALID_ARGUMENT, "csr: " + reason));
            }
            case CsrCheck.Good(PublicKey key) -> {
                Duration lifetime = lifetimes.grant(request.getValidityDuration());
                Trust.Present present = trust.present();
                X509Certificate leaf = present.leaves().issue(id, key, clock.instant(), lifetime);
                var response =
                        IstioCertificateResponse.newBuilder()
                                .addCertChain(Pem.write(List.of(leaf)));
                for (X509Certificate intermediate : present.authority().intermediates()) {
                    response.addCertChain(Pem.write(List.of(intermediate)));
                }
                response.addCertChain(Pem.write(present.bundle()));
                answer.onNext(response.build());
                answer.onCompleted();
                metrics.issued.inc();
                log.info(
                        "certificate issued caller={} identity={} serial={} not_after={}",
                        caller.subject(),
                        id,
                        leaf.getSerialNumber().toString(16),
                        leaf.getNotAfter().toInstant());
            }
        }
    }

    private RuntimeException refusal(Status status, String reason) {
        metrics.refused.labels(status.getCode().name()).inc();
        return status.withDescription(reason).asRuntimeException();
    }
}
