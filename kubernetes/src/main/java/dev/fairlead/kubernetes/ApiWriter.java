package dev.fairlead.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Small writes to the API server, each tried once. Thread: any that may wait. */
public final class ApiWriter {

    /** A patch that merges lists by their key, of Kubernetes' own kinds only. */
    public static final String STRATEGIC_MERGE = "application/strategic-merge-patch+json";

    /** Server-side apply: makes the object, or makes it as it is given. */
    public static final String APPLY = "application/apply-patch+yaml";

    public static final String MERGE = "application/merge-patch+json";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long ANSWER_SECONDS = 15;

    /** The server's word: a code of HTTP, and the object or Status that came with it. */
    public record Answer(int code, JsonNode body) {

        public boolean written() {
            return code / 100 == 2;
        }

        /** Somebody else was faster, or the object is not the one that was meant. */
        public boolean conflict() {
            return code == 409;
        }

        public boolean absent() {
            return code == 404;
        }

        public String message() {
            return code + " " + body.path("message").asText("");
        }
    }

    private final KubernetesClient client;
    private final String server;

    public ApiWriter(KubernetesClient client) {
        this.client = client;
        this.server = client.getMasterUrl().toString().replaceFirst("/$", "");
    }

    public Answer get(String path) throws IOException {
        return send(builder(path).build());
    }

    /** {@code type} is one of the constants. */
    public Answer patch(String path, String type, JsonNode patch) throws IOException {
        return send(builder(path).method("PATCH", type, patch.toString()).build());
    }

    public Answer create(String path, JsonNode object) throws IOException {
        return send(builder(path).method("POST", "application/json", object.toString()).build());
    }

    private HttpRequest.Builder builder(String path) {
        return client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(server + path)
                .timeout(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private Answer send(HttpRequest request) throws IOException {
        try {
            HttpResponse<byte[]> response =
                    client.getHttpClient()
                            .sendAsync(request, byte[].class)
                            .get(2 * ANSWER_SECONDS, TimeUnit.SECONDS);
            return new Answer(response.code(), json(response.body()));
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("stopping").initCause(e);
        }
    }

    private static JsonNode json(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return JSON.createObjectNode();
        }
    }
}
