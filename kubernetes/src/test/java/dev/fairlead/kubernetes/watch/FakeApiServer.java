package dev.fairlead.kubernetes.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An API server with one collection of cluster-scoped objects, that does on demand what real ones
 * do at bad times.
 *
 * <p>Thread: any; guarded by this.
 */
final class FakeApiServer implements AutoCloseable {

    private record Event(long version, String line) {}

    private final TreeMap<String, String> objects = new TreeMap<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<HttpExchange, OutputStream> watches = new LinkedHashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final int port;
    private @Nullable HttpServer server;
    private @Nullable Semaphore pages;
    private long version = 100;
    private long forgotten;
    private boolean installed = true;

    FakeApiServer() throws IOException {
        up(0);
        port = running().getAddress().getPort();
    }

    private void up(int at) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        running().setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        running().createContext("/", this::handle);
        running().start();
    }

    private HttpServer running() {
        return java.util.Objects.requireNonNull(server);
    }

    /** Refuses connections from now on. */
    void down() {
        dropWatches();
        running().stop(0);
    }

    void upAgain() throws IOException {
        up(port);
    }

    KubernetesClient client() {
        var config =
                new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + port)
                        .withRequestRetryBackoffLimit(0)
                        .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    synchronized void put(String name, String fields) {
        boolean there = objects.containsKey(name);
        String object =
                "{\"metadata\":{\"name\":\"%s\",\"resourceVersion\":\"%d\",\"managedFields\":[{\"a\":1}]},%s}"
                        .formatted(name, ++version, fields);
        objects.put(name, object);
        tell(there ? "MODIFIED" : "ADDED", object);
    }

    synchronized void remove(String name) {
        objects.remove(name);
        tell(
                "DELETED",
                "{\"metadata\":{\"name\":\"%s\",\"resourceVersion\":\"%d\"}}"
                        .formatted(name, ++version));
    }

    private void tell(String type, String object) {
        var event = new Event(version, "{\"type\":\"%s\",\"object\":%s}\n".formatted(type, object));
        events.add(event);
        watches.values().removeIf(out -> !wrote(out, event.line));
    }

    private static boolean wrote(OutputStream out, String line) {
        try {
            out.write(line.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Changes that no watch tells of, because all of them break first. */
    synchronized void whileNobodyLooks(Runnable changes) {
        dropWatches();
        changes.run();
    }

    synchronized void dropWatches() {
        watches.keySet().forEach(HttpExchange::close);
        watches.clear();
    }

    /** Knows no version before the present one any more. */
    synchronized void forget() {
        forgotten = version;
        events.clear();
    }

    /** Is restored from an old copy. */
    synchronized void goBackTo(long older) {
        dropWatches();
        version = older;
        events.clear();
    }

    synchronized void install(boolean there) {
        installed = there;
    }

    /** Each page of a list needs a permit from now on. */
    synchronized Semaphore slowPages() {
        var permits = new Semaphore(0);
        pages = permits;
        return permits;
    }

    synchronized long lists() {
        return requests.stream()
                .filter(r -> !r.contains("watch=") && !r.contains("continue"))
                .count();
    }

    synchronized int watching() {
        return watches.size();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        synchronized (this) {
            requests.add(query);
            if (!installed) {
                answer(exchange, 404, "{\"kind\":\"Status\",\"code\":404,\"message\":\"none\"}");
                return;
            }
        }
        if (query.contains("watch=true")) {
            watch(exchange, Long.parseLong(parameter(query, "resourceVersion")));
        } else {
            list(exchange, parameter(query, "continue"));
        }
    }

    private static String parameter(String query, String name) {
        Matcher matcher = Pattern.compile("(?:^|&)" + name + "=([^&]*)").matcher(query);
        return matcher.find() ? matcher.group(1) : "";
    }

    /** Two objects a page, whatever is asked for. */
    private void list(HttpExchange exchange, String after) throws IOException {
        Semaphore permits;
        synchronized (this) {
            permits = pages;
        }
        if (permits != null) {
            permits.acquireUninterruptibly();
        }
        String body;
        synchronized (this) {
            List<String> names = objects.tailMap(after, false).keySet().stream().limit(2).toList();
            boolean more = !names.isEmpty() && objects.higherKey(names.getLast()) != null;
            body =
                    "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"%d\"%s},\"items\":[%s]}"
                            .formatted(
                                    version,
                                    more ? ",\"continue\":\"" + names.getLast() + "\"" : "",
                                    String.join(",", names.stream().map(objects::get).toList()));
        }
        answer(exchange, 200, body);
    }

    private synchronized void watch(HttpExchange exchange, long from) throws IOException {
        if (from > version) {
            answer(
                    exchange,
                    504,
                    "{\"kind\":\"Status\",\"code\":504,\"details\":{\"causes\":[{\"reason\":\"ResourceVersionTooLarge\"}]}}");
            return;
        }
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        if (from < forgotten) {
            wrote(
                    out,
                    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"message\":\"too old\"}}\n");
            exchange.close();
            return;
        }
        out.flush();
        events.stream().filter(e -> e.version > from).forEach(e -> wrote(out, e.line));
        watches.put(exchange, out);
    }

    private static void answer(HttpExchange exchange, int code, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        down();
    }
}
