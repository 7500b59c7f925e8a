package dev.fairlead.access;

import dev.fairlead.agent.model.cluster.HttpProtocol;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The ports of every {@link App}; a Service leads to those that have a name. */
enum Port {
    HTTP(80, "http", HttpProtocol.HTTP1),
    HTTP2(85, "http2", HttpProtocol.HTTP2),
    GRPC(7070, "grpc", HttpProtocol.HTTP2),
    HTTPS(443, "https", null),
    TCP(90, "tcp", null),
    TCP_SECOND(9090, "tcp-second", null),
    TCP_OF_NO_SERVICE(19092, "", null),
    HTTP_OF_NO_SERVICE(18092, "", HttpProtocol.HTTP1);

    final int number;
    final String name;

    /** Null: bytes. */
    final @Nullable HttpProtocol http;

    Port(int number, String name, @Nullable HttpProtocol http) {
        this.number = number;
        this.name = name;
        this.http = http;
    }

    static String manifest() {
        StringJoiner all = new StringJoiner(", ");
        for (Port port : values()) {
            if (!port.name.isEmpty()) {
                all.add("{name: " + port.name + ", port: " + port.number + "}");
            }
        }
        return all.toString();
    }
}
