package dev.fairlead.ca;

import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.Revocations;
import dev.fairlead.wire.tokens.Authenticator;
import dev.fairlead.wire.tokens.NodeTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** ca beside a cluster directory: key and bundle are files, callers hold tokens of a list. */
final class DirectoryBacking implements Backing {

    private static final ObjectKey MESH = new ObjectKey("", "ConfigMap", "fairlead-system", "mesh");
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final DirectoryAuthority authority;
    private final Trust trust;
    private final Path bundle;
    private final Lifetimes lifetimes;
    private final ObjectDirectory observed;
    private final ObjectDirectory applied;
    private final DirectoryPods pods;
    private final NodeTokens tokens;
    private final RevokedPem revoked = new RevokedPem();
    private final Path given;
    private final Path told;

    DirectoryBacking(CaConfig.Directory home, String trustDomain, Lifetimes lifetimes, Clock clock)
            throws IOException {
        this.lifetimes = lifetimes;
        authority = new DirectoryAuthority(home.caDir(), trustDomain, lifetimes, clock);
        trust = authority.trust();
        bundle = home.rootCertFile();
        observed = new ObjectDirectory(home.clusterDir().resolve("observed"));
        applied = new ObjectDirectory(home.clusterDir().resolve("applied"));
        pods = new DirectoryPods(observed);
        pods.refresh();
        tokens = new NodeTokens(home.nodeTokens());
        write(bundle, Pem.write(trust.present().bundle()));
        given = home.caDir().resolve(AuthorityPem.REVOKED);
        told = home.rootCertFile().resolveSibling(AuthorityPem.REVOKED);
        tellRevoked();
    }

    /** To the agents, which look for it beside the bundle. */
    private void tellRevoked() throws IOException {
        String pem = read(given);
        String toldSoFar = read(told);
        String before = toldSoFar == null ? "" : toldSoFar;
        String now = revoked.follow(pem, given.toString(), trust.present(), before);
        if (now.isEmpty()) {
            Files.deleteIfExists(told);
        } else if (!now.equals(before)) {
            write(told, now);
        }
    }

    private static @Nullable String read(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : null;
    }

    private static void write(Path file, String pem) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
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
    public Revocations revoked() {
        return revoked.lists();
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
        if (authority.look()) {
            write(bundle, Pem.write(trust.present().bundle()));
        }
        tellRevoked();
        pods.follow();
        observed.awaitChange(LOOK);
    }

    @Override
    public void close() throws IOException {
        observed.close();
        applied.close();
    }
}
