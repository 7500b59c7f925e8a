package dev.fairlead.agent.data.authz;

import com.google.protobuf.CodedOutputStream;
import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.request.RequestView;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.service.auth.v3.CheckRequest}, behind gRPC's prefix. Written by hand: Envoy's types
 * stay at the control plane's wire. Source: Envoy, attribute_context.proto.
 */
final class CheckRequest {

    private static final int PREFIX = 5;

    private CheckRequest() {}

    /** Writes the fields of a message. */
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    /**
     * @param body null: there is nothing of it to be seen
     * @param own SPIFFE ID of the pod that is asked for; null: no mTLS
     */
    static byte[] ofRequest(
            RequestFacts facts,
            HttpRequest request,
            @Nullable CheckedBody body,
            int sourcePort,
            @Nullable String own,
            Instant now) {
        return framed(facts, request(facts.request(), request, body, now), sourcePort, own);
    }

    /**
     * @param own SPIFFE ID of the pod that is asked for; null: no mTLS
     */
    static byte[] ofConnection(RequestFacts facts, int sourcePort, @Nullable String own) {
        return framed(facts, null, sourcePort, own);
    }

    private static byte[] framed(
            RequestFacts facts, byte @Nullable [] request, int sourcePort, @Nullable String own) {
        byte[] attributes =
                message(out -> {
                    out.writeByteArray(1, peer(facts.source(), sourcePort, facts.principal()));
                    out.writeByteArray(2, peer(facts.destination(), facts.destinationPort(), own));
                    if (request != null) {
                        out.writeByteArray(4, request);
                    }
                    if (!facts.serverName().isEmpty()) {
                        out.writeByteArray(
                                12, message(tls -> tls.writeString(1, facts.serverName())));
                    }
                });
        byte[] check = message(out -> out.writeByteArray(1, attributes));
        return ByteBuffer.allocate(PREFIX + check.length)
                .put((byte) 0)
                .putInt(check.length)
                .put(check)
                .array();
    }

    private static byte[] peer(InetAddress address, int port, @Nullable String principal) {
        byte[] socket =
                message(out -> {
                    out.writeString(2, address.getHostAddress());
                    out.writeUInt32(3, port);
                });
        return message(out -> {
            out.writeByteArray(1, message(wrapped -> wrapped.writeByteArray(1, socket)));
            if (principal != null) {
                out.writeString(4, principal);
            }
        });
    }

    private static byte[] request(
            RequestView view, HttpRequest request, @Nullable CheckedBody body, Instant now) {
        byte[] time =
                message(out -> {
                    out.writeInt64(1, now.getEpochSecond());
                    out.writeInt32(2, now.getNano());
                });
        byte[] http =
                message(out -> {
                    String id = view.header("x-request-id");
                    if (id != null) {
                        out.writeString(1, id);
                    }
                    out.writeString(2, view.method());
                    for (Map.Entry<String, String> each : headers(view, request, body).entrySet()) {
                        out.writeByteArray(
                                3,
                                message(entry -> {
                                    entry.writeString(1, each.getKey());
                                    entry.writeString(2, each.getValue());
                                }));
                    }
                    out.writeString(4, view.path());
                    out.writeString(5, view.authority());
                    out.writeString(6, view.scheme());
                    out.writeInt64(9, size(request.headers()));
                    out.writeString(
                            10,
                            request.protocolVersion().majorVersion() == 2
                                    ? "HTTP/2"
                                    : request.protocolVersion().text());
                    if (body != null) {
                        out.writeByteArray(body.asBytes() ? 12 : 11, body.sent());
                    }
                });
        return message(out -> {
            out.writeByteArray(1, time);
            out.writeByteArray(2, http);
        });
    }

    private static long size(HttpHeaders headers) {
        String length = headers.get("content-length");
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Map<String, String> headers(
            RequestView view, HttpRequest request, @Nullable CheckedBody body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(":method", view.method());
        headers.put(":path", view.path());
        headers.put(":authority", view.authority());
        headers.put(":scheme", view.scheme());
        for (Map.Entry<String, String> each : request.headers()) {
            String name = each.getKey().toLowerCase(Locale.ROOT);
            if (!name.equals("host")) {
                headers.merge(name, each.getValue(), (a, b) -> a + "," + b);
            }
        }
        if (body != null) {
            headers.put(CheckedBody.PARTIAL, Boolean.toString(body.partial()));
        }
        return headers;
    }

    private static byte[] message(Fields fields) {
        var bytes = new ByteArrayOutputStream(256);
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is memory
        }
        return bytes.toByteArray();
    }
}
