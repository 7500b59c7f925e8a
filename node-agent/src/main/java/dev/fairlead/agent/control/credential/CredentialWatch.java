package dev.fairlead.agent.control.credential;

import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.agent.model.identity.Credentials;
import dev.fairlead.agent.model.identity.Credentials.Name;
import dev.fairlead.wire.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the credentials of this node's pods: of each namespace that a pod runs in, each secret that
 * a cluster names. They are read when either comes, again and again after that, and forgotten when
 * either goes. What is missing is logged when it comes to be missing, or for another reason.
 *
 * <p>Thread: any but a loop; reading files takes its time.
 */
public final class CredentialWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CredentialWatch.class);
    private static final Duration PACE = Duration.ofSeconds(5);

    private final CredentialFolder folder;
    private final Consumer<Credentials> into;
    private final Set<SpiffeId> pods = new HashSet<>();
    private final Map<Name, String> problems = new HashMap<>();
    private Set<String> secrets = Set.of();
    private Credentials known = Credentials.NONE;
    private @Nullable Thread looking;

    /**
     * @param folder null: only the machine's own roots
     * @param into hears of all of them together when one has changed
     */
    public CredentialWatch(@Nullable Path folder, Consumer<Credentials> into) {
        this.folder = new CredentialFolder(folder);
        this.into = into;
    }

    /** Looks again and again whether files have changed. */
    public void start() {
        looking =
                Thread.ofVirtual()
                        .name("credentials")
                        .start(() -> {
                            try {
                                while (true) {
                                    Thread.sleep(PACE);
                                    look();
                                }
                            } catch (InterruptedException e) {
                                LOG.debug("credentials are no longer looked at");
                            }
                        });
    }

    /** What clusters name now. Returns when it is there, or known to be missing. */
    public synchronized void clustersName(Set<String> now) {
        if (!now.equals(secrets)) {
            secrets = Set.copyOf(now);
            look();
        }
    }

    /** Pods of this identity run here. Returns likewise. */
    public synchronized void podsCome(SpiffeId id) {
        if (pods.add(id)) {
            look();
        }
    }

    public synchronized void podsGo(SpiffeId id) {
        if (pods.remove(id)) {
            look();
        }
    }

    /** Reads all of them. */
    synchronized void look() {
        Map<Name, Credential> found = new HashMap<>();
        Set<Name> missing = new HashSet<>();
        for (String namespace : namespaces()) {
            for (String secret : secrets) {
                Name name = new Name(namespace, secret);
                Credential credential = read(name);
                if (credential == null) {
                    missing.add(name);
                } else {
                    found.put(name, credential);
                }
            }
        }
        problems.keySet().retainAll(missing);
        Credentials now = new Credentials(found);
        if (!now.equals(known)) {
            known = now;
            into.accept(now);
        }
    }

    private Set<String> namespaces() {
        Set<String> namespaces = new HashSet<>();
        pods.forEach(pod -> namespaces.add(pod.namespace()));
        return namespaces;
    }

    private @Nullable Credential read(Name name) {
        String problem;
        try {
            return folder.read(name, known.get(name.namespace(), name.secret()));
        } catch (IOException | GeneralSecurityException e) {
            problem = String.valueOf(e.getMessage());
        }
        if (!problem.equals(problems.put(name, problem))) {
            LOG.warn(
                    "credential is missing namespace={} secret={} reason=\"{}\"",
                    name.namespace(),
                    name.secret(),
                    problem);
        }
        return null;
    }

    @Override
    public void close() {
        Thread current = looking;
        if (current != null) {
            current.interrupt();
        }
    }
}
