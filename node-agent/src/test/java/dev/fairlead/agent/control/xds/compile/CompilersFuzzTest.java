package dev.fairlead.agent.control.xds.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever the bytes are, a compiler accepts or refuses. */
class CompilersFuzzTest {

    @Property(tries = 500)
    void anyBytes(@ForAll ResourceType type, @ForAll @Size(max = 400) byte[] bytes) {
        compile(type, "x", bytes);
    }

    @Property(tries = 1000)
    void damagedResources(
            @ForAll ResourceType type,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 8) int damages) {
        var random = new Random(seed);
        List<Message> samples = CompileTesting.samples(type);
        Message sample = samples.get(random.nextInt(samples.size()));
        byte[] bytes = sample.toByteArray();
        for (int i = 0; i < damages; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        compile(type, "c", bytes);
    }

    /** Strings of RE2's own characters: refused, or a program of bounded size. */
    @Property(tries = 1000)
    void regexes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int length)
            throws Exception {
        var random = new Random(seed);
        String alphabet = "ab(){}[]*+?|\\^$.,0129:-pQE";
        var regex = new StringBuilder();
        for (int i = 0; i < length; i++) {
            regex.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        try {
            var pattern = BoundedRegex.compile(regex.toString(), At.ROOT);
            assertThat(pattern.programSize()).isLessThan(100_000);
        } catch (Refusal expected) {
            assertThat(expected.reason()).isNotEmpty();
        }
    }

    /** Pieces of the two expressions: one of them, or something else. */
    @Property(tries = 1000)
    void expressions(@ForAll long seed, @ForAll @IntRange(min = 0, max = 6) int length) {
        String[] pieces = {
            "connection.uri_san_peer_certificate", ".matches(\"", "\")", "\\", "\"", "a", "^", "é"
        };
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        assertThat(PrincipalExpression.parse(text.toString())).isNotNull();
    }

    private static void compile(ResourceType type, String name, byte[] bytes) {
        Any any =
                Any.newBuilder()
                        .setTypeUrl(type.typeUrl())
                        .setValue(ByteString.copyFrom(bytes))
                        .build();
        assertThat(CompileTesting.compiler(type).compile(name, any)).isNotNull();
    }
}
