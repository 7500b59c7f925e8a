package dev.fairlead.agent;

import dev.fairlead.agent.control.pods.PodSocketFuzz;
import dev.fairlead.agent.control.xds.compile.CompileFuzz;
import dev.fairlead.agent.data.detect.SnifferFuzz;
import dev.fairlead.agent.data.http.RequestFuzz;
import dev.fairlead.agent.data.http.ResponseFuzz;
import dev.fairlead.agent.data.http2.Http2Fuzz;
import dev.fairlead.agent.data.tls.ClientHelloFuzz;
import dev.fairlead.agent.data.tls.RevocationsFuzz;
import dev.fairlead.agent.data.token.TokenFuzz;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The targets of {@code ./fairlead fuzz} on their seeds, on changed seeds and on any bytes. What a
 * long run finds becomes a seed.
 */
class FuzzTargetsTest {

    private static final int ROUNDS = 3_000;

    /** Two decoders of one protocol disagree about these more often than about others. */
    private static final byte[] ODD =
            "\r\n\t \0:;#,@%\u007f\u00ff0aGHTP/1.".getBytes(StandardCharsets.ISO_8859_1);

    record Target(String name, Consumer<byte[]> code, List<String> seeds) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Target> targets() {
        return Stream.of(
                new Target("Request", RequestFuzz::fuzzerTestOneInput, RequestFuzz.seeds()),
                new Target("Response", ResponseFuzz::fuzzerTestOneInput, ResponseFuzz.seeds()),
                new Target("Http2", Http2Fuzz::fuzzerTestOneInput, Http2Fuzz.seeds()),
                new Target("Sniffer", SnifferFuzz::fuzzerTestOneInput, SnifferFuzz.seeds()),
                new Target("Hello", ClientHelloFuzz::fuzzerTestOneInput, ClientHelloFuzz.seeds()),
                new Target(
                        "Revocations",
                        RevocationsFuzz::fuzzerTestOneInput,
                        RevocationsFuzz.seeds()),
                new Target("Token", TokenFuzz::fuzzerTestOneInput, TokenFuzz.seeds()),
                new Target("Compile", CompileFuzz::fuzzerTestOneInput, CompileFuzz.seeds()),
                new Target("PodSocket", PodSocketFuzz::fuzzerTestOneInput, PodSocketFuzz.seeds()));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void holdsForSeedsAndTheirChanges(Target target) {
        SplittableRandom random = new SplittableRandom(5);
        target.seeds.forEach(seed -> run(target, seed.getBytes(StandardCharsets.ISO_8859_1)));
        for (int round = 0; round < ROUNDS; round++) {
            String seed = target.seeds.get(random.nextInt(target.seeds.size()));
            run(target, changed(seed.getBytes(StandardCharsets.ISO_8859_1), random));
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    void holdsForAnyBytes(Target target) {
        SplittableRandom random = new SplittableRandom(6);
        for (int round = 0; round < ROUNDS / 3; round++) {
            byte[] bytes = new byte[random.nextInt(120)];
            random.nextBytes(bytes);
            run(target, bytes);
        }
    }

    private static void run(Target target, byte[] bytes) {
        try {
            target.code.accept(bytes);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(
                    target + " on " + HexFormat.of().formatHex(bytes) + ": " + e, e);
        }
    }

    private static byte[] changed(byte[] seed, SplittableRandom random) {
        byte[] bytes = seed;
        for (int change = random.nextInt(1, 4); change > 0 && bytes.length > 0; change--) {
            int at = random.nextInt(bytes.length);
            byte odd =
                    random.nextBoolean()
                            ? ODD[random.nextInt(ODD.length)]
                            : (byte) random.nextInt();
            byte[] before = Arrays.copyOf(bytes, at);
            byte[] after = Arrays.copyOfRange(bytes, at, bytes.length);
            byte[] without = Arrays.copyOfRange(bytes, at + 1, bytes.length);
            bytes =
                    switch (random.nextInt(4)) {
                        case 0 -> joined(before, new byte[] {odd}, without);
                        case 1 -> joined(before, new byte[] {odd}, after);
                        case 2 -> joined(before, without);
                        default -> joined(before, after, after);
                    };
        }
        return bytes;
    }

    private static byte[] joined(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
