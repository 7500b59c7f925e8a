package dev.fairlead.agent.data.health;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * The two messages of {@code grpc.health.v1}, each behind gRPC's prefix: a byte for compression,
 * four for the length.
 */
final class HealthMessage {

    private static final int PREFIX = 5;
    private static final int SERVICE = 1;
    private static final int STATUS_TAG = 1 << 3; // field 1, a number
    private static final int SERVING = 1;

    private HealthMessage() {}

    /**
     * {@code HealthCheckRequest}.
     *
     * @param service empty: the server as a whole
     */
    record Request(String service) {

        byte[] framed() {
            int size =
                    service.isEmpty() ? 0 : CodedOutputStream.computeStringSize(SERVICE, service);
            byte[] bytes = new byte[PREFIX + size];
            ByteBuffer.wrap(bytes).put((byte) 0).putInt(size);
            try {
                CodedOutputStream out = CodedOutputStream.newInstance(bytes, PREFIX, size);
                if (size > 0) {
                    out.writeString(SERVICE, service);
                }
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e); // it has just the size
            }
            return bytes;
        }
    }

    /** Whether {@code framed} is one {@code HealthCheckResponse}, and says SERVING. */
    static boolean isServing(byte[] framed) {
        if (framed.length < PREFIX || framed[0] != 0) {
            return false;
        }
        int size = ByteBuffer.wrap(framed).getInt(1);
        if (size != framed.length - PREFIX) {
            return false;
        }
        try {
            CodedInputStream in = CodedInputStream.newInstance(framed, PREFIX, size);
            int status = 0;
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == STATUS_TAG) {
                    status = in.readEnum();
                } else if (!in.skipField(tag)) {
                    return false;
                }
            }
            return status == SERVING;
        } catch (IOException e) {
            return false;
        }
    }
}
