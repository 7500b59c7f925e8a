package dev.fairlead.agent.data.grpc;

import dev.fairlead.agent.data.stats.RequestSeries;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** Status codes of gRPC as plain numbers, 0 to 16, and how they are said. */
public final class GrpcStatus {

    public static final int OK = 0;
    public static final int UNKNOWN = 2;
    public static final int DEADLINE_EXCEEDED = 4;
    public static final int PERMISSION_DENIED = 7;
    public static final int UNIMPLEMENTED = 12;
    public static final int INTERNAL = 13;
    public static final int UNAVAILABLE = 14;
    public static final int UNAUTHENTICATED = 16;

    /** A status was said that is none. Envoy's number for it. */
    public static final int INVALID = -1;

    /** No status was said. */
    public static final int NONE = RequestSeries.NO_GRPC_STATUS;

    static final AsciiString HEADER = AsciiString.cached("grpc-status");
    static final AsciiString MESSAGE = AsciiString.cached("grpc-message");

    private static final String HEX = "0123456789ABCDEF";

    private GrpcStatus() {}

    /**
     * What a call that was answered in HTTP only ended with. Source: gRPC, "HTTP to gRPC Status
     * Code Mapping".
     */
    public static int ofHttp(int httpStatus) {
        return switch (httpStatus) {
            case 400 -> INTERNAL;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> UNIMPLEMENTED;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }

    /** What a status stands for where HTTP's are counted. Source: Envoy, grpcToHttpStatus. */
    public static int toHttp(int status) {
        return switch (status) {
            case OK -> 200;
            case 1 -> 499; // cancelled
            case 3, 9, 11 -> 400; // invalid argument, failed precondition, out of range
            case DEADLINE_EXCEEDED -> 504;
            case 5 -> 404; // not found
            case 6, 10 -> 409; // already exists, aborted
            case PERMISSION_DENIED -> 403;
            case 8 -> 429; // resource exhausted
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case UNAUTHENTICATED -> 401;
            default -> 500;
        };
    }

    /** The status in trailers, or in a head that is all there is; {@link #NONE} without one. */
    public static int read(HttpHeaders headers) {
        if (!headers.contains(HEADER)) {
            return NONE;
        }
        String value = headers.get(HEADER);
        if (value.isEmpty()) {
            return NONE;
        }
        if (value.length() > 2) {
            return INVALID;
        }
        int code = 0;
        for (int i = 0; i < value.length(); i++) {
            int digit = value.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return INVALID;
            }
            code = 10 * code + digit;
        }
        return code > UNAUTHENTICATED ? INVALID : code;
    }

    /**
     * Text as grpc-message carries it: UTF-8 with all but printable ASCII percent-encoded. Source:
     * gRPC, "gRPC over HTTP2", Status-Message; the tilde too, as Envoy does.
     */
    static String percentEncode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            if (each >= ' ' && each < '~' && each != '%') {
                encoded.append((char) each);
            } else {
                encoded.append('%')
                        .append(HEX.charAt(each >> 4 & 15))
                        .append(HEX.charAt(each & 15));
            }
        }
        return encoded.toString();
    }
}
