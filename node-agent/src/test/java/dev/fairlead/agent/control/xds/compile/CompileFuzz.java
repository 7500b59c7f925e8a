package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Resources of xDS: compiled or refused, whatever their bytes are. */
public final class CompileFuzz {

    private CompileFuzz() {}

    /** The first byte says of which type the rest is. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        ResourceType[] types = ResourceType.values();
        ResourceType type = types[(input[0] & 0xff) % types.length];
        Any any =
                Any.newBuilder()
                        .setTypeUrl(type.typeUrl())
                        .setValue(ByteString.copyFrom(input, 1, input.length - 1))
                        .build();
        if (CompileTesting.compiler(type).compile("c", any) == null) {
            throw new AssertionError("neither compiled nor refused");
        }
    }

    public static List<String> seeds() {
        List<String> seeds = new ArrayList<>();
        for (ResourceType type : ResourceType.values()) {
            for (Message message : CompileTesting.samples(type)) {
                String bytes = new String(message.toByteArray(), StandardCharsets.ISO_8859_1);
                seeds.add((char) type.ordinal() + bytes);
            }
        }
        return seeds;
    }
}
