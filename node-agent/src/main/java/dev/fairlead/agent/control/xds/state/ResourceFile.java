package dev.fairlead.agent.control.xds.state;

import com.google.protobuf.Any;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ExtensionRegistryLite;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a file of resources: a magic line, each resource (name, version, raw Any) with its
 * length before it, and the SHA-256 of all that. Pure.
 */
final class ResourceFile {

    /** One resource as it came. */
    record Entry(String name, String version, Any resource) {}

    private static final byte[] MAGIC = "fairlead-xds-1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;

    private ResourceFile() {}

    static byte[] write(List<Entry> entries) {
        try {
            var bytes = new ByteArrayOutputStream(entries.size() * 512);
            var out = CodedOutputStream.newInstance(bytes);
            for (Entry entry : entries) {
                out.writeMessageNoTag(
                        Resource.newBuilder()
                                .setName(entry.name)
                                .setVersion(entry.version)
                                .setResource(entry.resource)
                                .build());
            }
            out.flush();
            return sealed(bytes.toByteArray());
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory", e);
        }
    }

    /** The file with this between magic and digest. */
    static byte[] sealed(byte[] content) {
        byte[] bytes = Arrays.copyOf(MAGIC, MAGIC.length + content.length + DIGEST_BYTES);
        int end = MAGIC.length + content.length;
        System.arraycopy(content, 0, bytes, MAGIC.length, content.length);
        System.arraycopy(digest(bytes, end), 0, bytes, end, DIGEST_BYTES);
        return bytes;
    }

    /** IOException says why {@code bytes} are not such a file. */
    static List<Entry> read(byte[] bytes) throws IOException {
        int end = bytes.length - DIGEST_BYTES;
        if (end < MAGIC.length || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IOException("not a file of resources of this version");
        }
        if (!Arrays.equals(digest(bytes, end), Arrays.copyOfRange(bytes, end, bytes.length))) {
            throw new IOException("its checksum does not match");
        }
        List<Entry> entries = new ArrayList<>();
        var in = CodedInputStream.newInstance(bytes, MAGIC.length, end - MAGIC.length);
        while (!in.isAtEnd()) {
            var resource = Resource.newBuilder();
            in.readMessage(resource, ExtensionRegistryLite.getEmptyRegistry());
            entries.add(
                    new Entry(resource.getName(), resource.getVersion(), resource.getResource()));
        }
        return entries;
    }

    private static byte[] digest(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, 0, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
