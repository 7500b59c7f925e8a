package dev.fairlead.pilot.generate;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * A resource as it goes over the wire.
 *
 * @param version hash of its content: equal on all replicas and over restarts
 * @param needs resources that whoever takes this one subscribes to by name: of a cluster its
 *     endpoints, of a listener its routes
 */
public record VersionedResource(String name, String version, Any body, Set<String> needs) {

    private static final int VERSION_BYTES = 8;

    public VersionedResource {
        needs = Set.copyOf(needs);
    }

    static VersionedResource of(String name, Message message, Set<String> needs) {
        Any body = Protos.pack(message);
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] digest = sha256.digest(body.getValue().toByteArray());
            String version = HexFormat.of().formatHex(digest, 0, VERSION_BYTES);
            return new VersionedResource(name, version, body, needs);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
