package dev.fairlead.kubernetes.watch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** GETs whose answers are read as they come. Thread: any. */
final class ApiStream {

    /** Fields, wherever they stand, that are dropped before they become objects. */
    private static final Set<String> BALLAST =
            Set.of("managedFields", "kubectl.kubernetes.io/last-applied-configuration");

    private static final long ANSWER_SECONDS = 60; // to the head of the answer
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int GONE = 410;
    private static final int NOT_FOUND = 404;
    private static final int GATEWAY_TIMEOUT = 504;

    private final KubernetesClient client;
    private final Set<String> ballast;

    /** {@code more}: names of fields that this collection can do without, too. */
    ApiStream(KubernetesClient client, Set<String> more) {
        this.client = client;
        Set<String> all = new TreeSet<>(BALLAST);
        all.addAll(more);
        this.ballast = Set.copyOf(all);
    }

    InputStream get(String path) throws IOException {
        var http = client.getHttpClient();
        String server = client.getMasterUrl().toString().replaceFirst("/$", "");
        var request = http.newHttpRequestBuilder().uri(server + path).forStreaming().build();
        var answer = http.sendAsync(request, InputStream.class);
        try {
            return body(answer.get(ANSWER_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("no answer in " + ANSWER_SECONDS + " s", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw (IOException) new InterruptedIOException("stopping").initCause(e);
        }
    }

    private static InputStream body(HttpResponse<InputStream> response) throws IOException {
        if (response.isSuccessful()) {
            return response.body();
        }
        try (InputStream body = response.body()) {
            throw failure(response.code(), JSON.readTree(body));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw failure(response.code(), JSON.createObjectNode());
        }
    }

    /** What a Status object, or an answer's code, stands for. */
    static IOException failure(int code, JsonNode status) {
        String message = code + " " + status.path("message").asText("");
        boolean tooLarge = status.toString().contains("ResourceVersionTooLarge");
        return switch (code) {
            case GONE -> new Expired(message);
            case NOT_FOUND -> new Absent(message);
            case GATEWAY_TIMEOUT -> tooLarge ? new Expired(message) : new IOException(message);
            default -> new IOException(message);
        };
    }

    /** A parser that does not see the ballast. */
    JsonParser parser(InputStream body) throws IOException {
        return new LeanParser(JSON.createParser(body), ballast);
    }
}
