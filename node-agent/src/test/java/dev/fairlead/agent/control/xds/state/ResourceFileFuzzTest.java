package dev.fairlead.agent.control.xds.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.fairlead.agent.control.xds.testing.Wire;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever a file holds, reading it gives entries or an IOException. */
class ResourceFileFuzzTest {

    private static final List<ResourceFile.Entry> ENTRIES =
            List.of(
                    new ResourceFile.Entry("a", "v1", Any.pack(Wire.eds("a").build())),
                    new ResourceFile.Entry("b", "v2", Any.pack(Wire.passthrough().build())));

    @Property(tries = 500)
    void anyBytes(@ForAll @Size(max = 300) byte[] bytes) {
        assertThat(isRead(bytes)).isFalse();
    }

    @Property(tries = 500)
    void oneChangedByte(@ForAll @IntRange(max = 100_000) int at, @ForAll byte change) {
        byte[] bytes = ResourceFile.write(ENTRIES);
        bytes[at % bytes.length] ^= change;

        assertThat(isRead(bytes)).isEqualTo(change == 0);
    }

    @Property(tries = 200)
    void cutOff(@ForAll @IntRange(max = 100_000) int length) {
        byte[] bytes = ResourceFile.write(ENTRIES);

        assertThat(isRead(Arrays.copyOf(bytes, length % bytes.length))).isFalse();
    }

    @Property(tries = 200)
    void goodChecksumOverAnything(@ForAll @Size(max = 300) byte[] bytes) {
        byte[] file = ResourceFile.sealed(bytes);
        try {
            assertThat(ResourceFile.read(file)).isNotNull();
        } catch (IOException expected) {
            assertThat(expected).hasMessageNotContaining("checksum");
        }
    }

    private static boolean isRead(byte[] bytes) {
        try {
            assertThat(ResourceFile.read(bytes)).isEqualTo(ENTRIES);
            return true;
        } catch (IOException expected) {
            return false;
        }
    }
}
