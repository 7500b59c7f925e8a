package dev.fairlead.agent;

import dev.fairlead.agent.control.credential.CredentialWatch;
import dev.fairlead.agent.control.identity.Identities;
import dev.fairlead.agent.control.identity.IdentityListener;
import dev.fairlead.agent.control.identity.Outcome;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.model.identity.CertificateStatus;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.agent.ops.admin.CertificateSource;
import dev.fairlead.agent.ops.lifecycle.Readiness;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * Joins the identities that pods want with the TLS contexts that carry them, and says what is
 * missing.
 *
 * <p>Thread: any.
 */
final class Certificates
        implements dev.fairlead.agent.control.pods.Identities, CertificateSource, AutoCloseable {

    private final TlsContexts contexts;
    private final CredentialWatch credentials;
    private final Readiness readiness;
    private final Identities identities;

    Certificates(
            CertificateClient ca,
            TlsContexts contexts,
            CredentialWatch credentials,
            Readiness readiness,
            Clock clock,
            RandomGenerator random) {
        this.contexts = contexts;
        this.credentials = credentials;
        this.readiness = readiness;
        this.identities =
                new Identities(id -> ca.request(id, Duration.ZERO), new Joined(), clock, random);
    }

    /** Hears of SVIDs on the identities' own thread. */
    private final class Joined implements IdentityListener {
        @Override
        public void onSvid(Svid svid) {
            credentials.podsCome(svid.id());
            contexts.install(svid);
            readiness.met(condition(svid.id()));
        }

        @Override
        public void onGone(SpiffeId id) {
            contexts.remove(id);
            credentials.podsGo(id);
            readiness.drop(condition(id));
        }
    }

    private static String condition(SpiffeId id) {
        return "certificate of " + id;
    }

    @Override
    public CompletableFuture<?> acquire(SpiffeId identity) {
        CompletableFuture<Outcome> wanted = identities.want(identity);
        if (!wanted.isDone() && contexts.svid(identity) == null) {
            readiness.missing(
                    condition(identity),
                    "waiting for the certificate of " + identity + why(identity));
        }
        return wanted.thenAccept(outcome -> {
            switch (outcome) {
                case Outcome.Ready(Svid _) -> readiness.met(condition(identity));
                case Outcome.Refused(String reason) -> {
                    readiness.missing(
                            condition(identity),
                            "ca refuses the certificate of " + identity + ": " + reason);
                    throw new IllegalStateException("ca refuses " + identity + ": " + reason);
                }
                case Outcome.Released() -> readiness.drop(condition(identity));
            }
        });
    }

    private String why(SpiffeId identity) {
        for (CertificateStatus status : identities.list()) {
            if (status.id().equals(identity) && status.problem() != null) {
                return ": " + status.problem();
            }
        }
        return "";
    }

    /** Says anew of every identity without a certificate why it has none. */
    void tellProblems() {
        for (CertificateStatus status : identities.list()) {
            if (status.chain().isEmpty() && status.problem() != null) {
                readiness.missing(
                        condition(status.id()),
                        "waiting for the certificate of "
                                + status.id()
                                + ": ca: "
                                + status.problem());
            }
        }
    }

    @Override
    public void release(SpiffeId identity) {
        identities.release(identity);
    }

    @Override
    public List<CertificateStatus> certificates() {
        return identities.list();
    }

    @Override
    public void close() {
        identities.close();
    }
}
