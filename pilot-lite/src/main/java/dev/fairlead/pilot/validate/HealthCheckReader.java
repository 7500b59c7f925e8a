package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.HealthCheck;
import dev.fairlead.pilot.state.HealthCheck.Check;
import dev.fairlead.pilot.state.HealthCheck.Question;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Visibility;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the spec of a HealthCheck. */
final class HealthCheckReader {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final int UNHEALTHY_THRESHOLD = 3;
    private static final int HEALTHY_THRESHOLD = 2;
    private static final int MAX_PAYLOAD = 1024;
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH");

    private final Meta meta;
    private final MeshSettings mesh;

    HealthCheckReader(Meta meta, MeshSettings mesh) {
        this.meta = meta;
        this.mesh = mesh;
    }

    HealthCheck read(Fields spec) {
        Visibility visibility =
                ExportTo.read(spec, meta.namespace(), mesh.scoping().destinationRules());
        String host = HostNames.host(spec, "host", meta.namespace(), true);
        int port = spec.integer("port", 1, DestinationsReader.MAX_PORT, 0);
        return new HealthCheck(meta, host, visibility, port, check(spec));
    }

    private static Check check(Fields spec) {
        Duration interval = or(Durations.read(spec, "interval", 1), INTERVAL);
        return new Check(
                or(Durations.read(spec, "timeout", 1), TIMEOUT),
                interval,
                or(Durations.read(spec, "unhealthyInterval", 1), interval),
                or(Durations.read(spec, "intervalJitter", 0), Duration.ZERO),
                spec.integer("unhealthyThreshold", 1, Integer.MAX_VALUE, UNHEALTHY_THRESHOLD),
                spec.integer("healthyThreshold", 1, Integer.MAX_VALUE, HEALTHY_THRESHOLD),
                spec.integer("checkPort", 1, DestinationsReader.MAX_PORT, 0),
                question(spec));
    }

    private static Duration or(@Nullable Duration given, Duration otherwise) {
        return given == null ? otherwise : given;
    }

    private static Question question(Fields spec) {
        Question http = spec.object("http", HealthCheckReader::http);
        Question tcp = spec.object("tcp", HealthCheckReader::tcp);
        Question grpc = spec.object("grpc", HealthCheckReader::grpc);
        int given = 0;
        for (String name : new String[] {"http", "tcp", "grpc"}) {
            if (spec.has(name)) {
                given++;
                if (given > 1) {
                    spec.problem(name, "only one of http, tcp and grpc can be asked");
                }
            }
        }
        if (given == 0) {
            spec.problem("http", "http, tcp or grpc is needed");
        }
        if (http != null) {
            return http;
        }
        return tcp != null ? tcp : grpc != null ? grpc : new Question.Tcp(null, List.of());
    }

    private static Question http(Fields http) {
        String path = http.string("path");
        if (!path.startsWith("/")) {
            http.problem("path", path.isEmpty() ? "is needed" : "must begin with /");
        }
        visible(http, "path", path);
        String host = http.string("host");
        visible(http, "host", host);
        String method = http.string("method");
        if (!method.isEmpty() && !METHODS.contains(method)) {
            http.problem("method", "\"" + method + "\" is not one of " + sorted());
        }
        return new Question.Http(
                path,
                host,
                method.isEmpty() ? "GET" : method,
                http.list("expectedStatuses", HealthCheckReader::statuses),
                http.bool("http2"));
    }

    private static String sorted() {
        return String.join(", ", METHODS.stream().sorted().toList());
    }

    /** What stands in a request's head as it is. */
    private static void visible(Fields fields, String name, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) >= 0x7f) {
                fields.problem(name, "has a character that no request has there");
                return;
            }
        }
    }

    private static Question.Statuses statuses(Fields range) {
        int start = range.integer("start", 100, 599, 200);
        int end = range.integer("end", 101, 600, start + 1);
        if (end <= start) {
            range.problem("end", "must be more than start: it is not part of the range");
        }
        return new Question.Statuses(start, end);
    }

    private static Question tcp(Fields tcp) {
        String send = tcp.string("send");
        payload(tcp, "send", send);
        List<String> receive = tcp.stringList("receive");
        for (int i = 0; i < receive.size(); i++) {
            String at = "receive[" + i + "]";
            if (receive.get(i).isEmpty()) {
                tcp.problem(at, "is empty");
            }
            payload(tcp, at, receive.get(i));
        }
        return new Question.Tcp(send.isEmpty() ? null : send, receive);
    }

    private static void payload(Fields tcp, String name, String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_PAYLOAD) {
            tcp.problem(name, "longer than " + MAX_PAYLOAD + " bytes");
        }
    }

    private static Question grpc(Fields grpc) {
        String authority = grpc.string("authority");
        visible(grpc, "authority", authority);
        return new Question.Grpc(grpc.string("service"), authority);
    }
}
