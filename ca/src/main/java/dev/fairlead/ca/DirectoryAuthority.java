package dev.fairlead.ca;

import dev.fairlead.wire.tokens.PrivateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority of a ca folder, which the user may replace at any time: the new one takes over as
 * {@link Succession} has it. The roots told so far are kept in {@code roots.json} beside it. Owner:
 * the follower thread.
 */
final class DirectoryAuthority {

    private static final Logger log = LoggerFactory.getLogger(DirectoryAuthority.class);
    private static final String ROOTS = "roots.json";

    private final CaFiles files;
    private final Path history;
    private final Lifetimes lifetimes;
    private final Clock clock;
    private final Trust trust;
    private Authority wanted; // the last that was good
    private Map<String, ByteBuffer> seen = Map.of(); // of which that was read
    private RootHistory known;
    private String complaint = "";

    /** IOException where the folder holds what nobody could sign with. */
    DirectoryAuthority(Path folder, String trustDomain, Lifetimes lifetimes, Clock clock)
            throws IOException {
        this.files = new CaFiles(folder, clock);
        this.history = folder.resolve(ROOTS);
        this.lifetimes = lifetimes;
        this.clock = clock;
        wanted = files.loadOrCreate(trustDomain);
        known = readHistory();
        Succession begun = next(wanted, wanted);
        keep(begun.roots());
        trust = new Trust(begun.signing(), begun.roots().roots());
    }

    Trust trust() {
        return trust;
    }

    /**
     * Takes what the folder holds now. What cannot be used, or half of what is being written, is
     * said once, and signing goes on as before.
     *
     * @return whether what is trusted or who signs is another
     */
    boolean look() throws IOException {
        Trust.Present now = trust.present();
        try {
            takeChanged(files.parts());
        } catch (IOException e) {
            goOn(String.valueOf(e.getMessage()));
            return false;
        }
        complaint = "";
        Succession next = next(now.authority(), wanted);
        keep(next.roots());
        if (next.signing().sameAs(now.authority()) && next.roots().roots().equals(now.bundle())) {
            return false;
        }
        trust.replace(next.signing(), next.roots().roots());
        log.info(
                "authority changed signer=\"{}\" not_after={} roots={}",
                next.signing().certificate().getSubjectX500Principal(),
                next.signing().certificate().getNotAfter().toInstant(),
                next.roots().entries().size());
        return true;
    }

    /** Reading a key and trying it costs; a look that finds nothing new does not. */
    private void takeChanged(Map<String, byte[]> parts) throws IOException {
        Map<String, ByteBuffer> now = new HashMap<>();
        parts.forEach((name, part) -> now.put(name, ByteBuffer.wrap(part)));
        if (!now.equals(seen)) {
            wanted = files.read(parts);
            seen = now;
        }
    }

    private Succession next(Authority signing, Authority wanted) {
        return Succession.next(signing, wanted, known, clock.instant(), lifetimes.most());
    }

    private void goOn(String reason) {
        if (!reason.equals(complaint)) {
            complaint = reason;
            log.error("signing goes on with what was there before reason=\"{}\"", reason);
        }
    }

    private RootHistory readHistory() throws IOException {
        if (!Files.exists(history)) {
            return RootHistory.NONE;
        }
        try {
            return RootHistory.parse(Files.readString(history));
        } catch (IllegalArgumentException e) {
            throw new IOException(history + ": " + e.getMessage(), e);
        }
    }

    private void keep(RootHistory roots) throws IOException {
        if (!roots.equals(known) || !Files.exists(history)) {
            PrivateFile.write(history, roots.json().getBytes(StandardCharsets.UTF_8));
            known = roots;
        }
    }
}
