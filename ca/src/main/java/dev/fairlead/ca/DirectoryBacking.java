package dev.fairlead.ca;

import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.tokens.Authenticator;
import dev.fairlead.wire.tokens.NodeTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;

/** ca beside a cluster directory: key and bundle are files, callers hold tokens of a list. */
final class DirectoryBacking implements Backing {

    private static final ObjectKey MESH = new ObjectKey("", "ConfigMap", "fairlead-system", "mesh");
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Trust trust;
    private final Lifetimes lifetimes;
    private final ObjectDirectory observed;
    private final ObjectDirectory applied;
    private final DirectoryPods pods;
    private final NodeTokens tokens;

    DirectoryBacking(CaConfig.Directory home, String trustDomain, Lifetimes lifetimes, Clock clock)
            throws IOException {
        this.lifetimes = lifetimes;
        Authority authority = new CaFiles(home.caDir(), clock).loadOrCreate(trustDomain);
        trust = new Trust(authority, authority.roots());
        observed = new ObjectDirectory(home.clusterDir().resolve("observed"));
        applied = new ObjectDirectory(home.clusterDir().resolve("applied"));
        pods = new DirectoryPods(observed);
        pods.refresh();
        tokens = new NodeTokens(home.nodeTokens());
        writeBundle(home.rootCertFile());
    }

    private void writeBundle(Path file) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        String pem = Pem.write(trust.present().bundle());
        Files.write(temporary, pem.getBytes(StandardCharsets.US_ASCII));
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public Trust trust() {
        return trust;
    }

    @Override
    public PodIndex pods() {
        return pods;
    }

    @Override
    public Authenticator callers() {
        return tokens;
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public void follow() throws IOException, InterruptedException {
        lifetimes.meshSettings(applied.get(MESH));
        pods.follow();
        observed.awaitChange(LOOK);
    }

    @Override
    public void close() throws IOException {
        observed.close();
        applied.close();
    }
}
