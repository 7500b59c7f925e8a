package dev.fairlead.ca;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.ca.AuthorityPem.BadAuthority;
import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.kubernetes.auth.TokenReviews;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.Revocations;
import dev.fairlead.wire.tokens.Authenticator;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ca on Kubernetes: the key is in a Secret, the bundle in ConfigMap {@code fairlead-root}, callers
 * hold service account tokens. All of it is looked at every {@link #LOOK}; any number of replicas
 * does the same without a leader, since each write is a create or is bound to the version read.
 *
 * <p>Owner: the follower thread, after {@link #open}.
 */
final class KubernetesBacking implements Backing {

    private static final Logger log = LoggerFactory.getLogger(KubernetesBacking.class);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final String ROOT_MAP = "fairlead-root";
    private static final String ROOT_KEY = "root.pem";

    private final KubernetesClient client;
    private final CaConfig.Kubernetes home;
    private final String trustDomain;
    private final Lifetimes lifetimes;
    private final Clock clock;
    private final CaSecrets secrets;
    private final KubernetesPods pods;
    private final TokenReviews callers;
    private @Nullable Trust trust; // set before open() returns
    private boolean byUser; // whether trust is, or becomes, what the user plugged in
    private String complaint = "";
    private final RevokedPem revoked = new RevokedPem();

    KubernetesBacking(
            KubernetesClient client,
            CaConfig.Kubernetes home,
            String trustDomain,
            Lifetimes lifetimes,
            Clock clock) {
        this.client =
                client.newClient(
                                new RequestConfigBuilder()
                                        .withRequestTimeout(TIMEOUT_MILLIS)
                                        .withRequestRetryBackoffLimit(1)
                                        .build())
                        .adapt(KubernetesClient.class);
        this.home = home;
        this.trustDomain = trustDomain;
        this.lifetimes = lifetimes;
        this.clock = clock;
        secrets = new CaSecrets(this.client, home.namespace(), clock);
        pods = new KubernetesPods(client);
        callers =
                new TokenReviews(
                        client,
                        new TokenReviews.Accounts(home.audience(), home.namespace()),
                        clock);
    }

    /**
     * Waits for the API server, however long that takes. BadAuthority where a Secret holds what
     * nobody could sign with.
     */
    static KubernetesBacking open(
            CaConfig.Kubernetes home, String trustDomain, Lifetimes lifetimes, Clock clock)
            throws IOException {
        var backing =
                new KubernetesBacking(
                        KubernetesApi.client("fairlead-ca"), home, trustDomain, lifetimes, clock);
        try {
            while (true) {
                try {
                    backing.look();
                    return backing;
                } catch (KubernetesClientException e) {
                    log.warn("waiting for the API server reason=\"{}\"", e.getMessage());
                    Thread.sleep(RETRY);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public Trust trust() {
        return Objects.requireNonNull(trust);
    }

    @Override
    public Revocations revoked() {
        return revoked.lists();
    }

    @Override
    public PodIndex pods() {
        return pods;
    }

    @Override
    public Authenticator callers() {
        return callers;
    }

    @Override
    public boolean ready() {
        return pods.synced();
    }

    @Override
    public void follow() throws IOException, InterruptedException {
        Thread.sleep(LOOK);
        try {
            look();
        } catch (KubernetesClientException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Brings key, bundle and settings to what the API server holds, and the other way round. */
    void look() throws IOException {
        settings();
        while (true) {
            try {
                succeed();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
                log.debug("another replica was first");
            } catch (BadAuthority e) {
                if (trust == null) {
                    throw e;
                }
                goOn(trust, String.valueOf(e.getMessage()));
                return;
            }
        }
    }

    private void settings() {
        ConfigMap mesh = map("mesh");
        String text = mesh == null || mesh.getData() == null ? "" : mesh.getData().get("mesh");
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putObject("data").put("mesh", text == null ? "" : text);
        try {
            lifetimes.meshSettings(json);
        } catch (IOException e) {
            log.debug("mesh settings not read, the last hold reason=\"{}\"", e.getMessage());
        }
    }

    private void succeed() throws BadAuthority {
        Trust now = trust;
        CaSecrets.Own own = secrets.own();
        CaSecrets.PluggedIn plugged = secrets.pluggedIn();
        Authority given = plugged == null ? null : plugged.authority();
        Authority kept = own.authority();
        if (given == null && kept == null) {
            if (now != null && byUser) {
                goOn(now, "secret " + CaSecrets.PLUGGED_IN + " is gone");
                return;
            }
            kept =
                    now != null // somebody deleted the Secret
                            ? now.present().authority()
                            : Leaves.selfSignedRoot(trustDomain, clock.instant());
        }
        Authority wanted = given != null ? given : Objects.requireNonNull(kept);
        Authority signing = now != null ? now.present().authority() : kept != null ? kept : wanted;
        Succession next =
                Succession.next(signing, wanted, own.roots(), clock.instant(), lifetimes.most());
        boolean unsaved = kept != null && own.authority() == null;
        if (unsaved || !next.roots().equals(own.roots())) {
            secrets.write(own, unsaved ? kept : null, next.roots());
        }
        publish(next.roots().roots(), null); // before anything is signed under a new one
        take(next);
        tellRevoked(plugged == null ? null : plugged.revoked());
        byUser = given != null;
        complaint = next.signing().sameAs(wanted) ? "" : complaint;
    }

    /** Nothing is taken over; what is in force is kept in order. */
    private void goOn(Trust now, String reason) {
        if (!reason.equals(complaint)) {
            complaint = reason;
            log.error("signing goes on with what was there before reason=\"{}\"", reason);
        }
        publish(now.present().bundle(), null);
    }

    private void take(Succession next) {
        Trust now = trust;
        List<X509Certificate> bundle = next.roots().roots();
        if (now == null) {
            trust = new Trust(next.signing(), bundle);
        } else if (!next.signing().sameAs(now.present().authority())
                || !bundle.equals(now.present().bundle())) {
            now.replace(next.signing(), bundle);
            log.info(
                    "authority changed signer=\"{}\" not_after={} roots={}",
                    next.signing().certificate().getSubjectX500Principal(),
                    next.signing().certificate().getNotAfter().toInstant(),
                    bundle.size());
        }
    }

    private void tellRevoked(@Nullable String given) {
        Trust.Present now = trust().present();
        String place = secrets.place(CaSecrets.PLUGGED_IN, AuthorityPem.REVOKED);
        publish(now.bundle(), revoked.follow(given, place, now, toldRevoked(map(ROOT_MAP))));
    }

    private static String toldRevoked(@Nullable ConfigMap map) {
        String told =
                map == null || map.getData() == null
                        ? null
                        : map.getData().get(AuthorityPem.REVOKED);
        return told == null ? "" : told;
    }

    /**
     * Writes the bundle where it is not as it should be.
     *
     * @param revoked lists of revoked certificates, empty: none; null: as told so far
     */
    private void publish(List<X509Certificate> bundle, @Nullable String revoked) {
        ConfigMap map = map(ROOT_MAP);
        String lists = revoked == null ? toldRevoked(map) : revoked;
        Map<String, String> data = new HashMap<>(Map.of(ROOT_KEY, Pem.write(bundle)));
        if (!lists.isEmpty()) {
            data.put(AuthorityPem.REVOKED, lists);
        }
        if (map == null) {
            client.resource(
                            new ConfigMapBuilder()
                                    .withNewMetadata()
                                    .withNamespace(home.namespace())
                                    .withName(ROOT_MAP)
                                    .addToLabels("app.kubernetes.io/part-of", "fairlead")
                                    .endMetadata()
                                    .withData(data)
                                    .build())
                    .create();
            log.info("bundle written configmap={} roots={}", ROOT_MAP, bundle.size());
        } else if (!data.equals(map.getData())) {
            client.resource(new ConfigMapBuilder(map).withData(data).build()).update();
            log.info("bundle written anew configmap={} roots={}", ROOT_MAP, bundle.size());
        }
    }

    private @Nullable ConfigMap map(String name) {
        return client.configMaps().inNamespace(home.namespace()).withName(name).get();
    }

    @Override
    public void close() {
        pods.close();
        client.close();
    }
}
