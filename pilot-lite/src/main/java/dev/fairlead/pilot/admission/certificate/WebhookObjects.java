package dev.fairlead.pilot.admission.certificate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Secret and the webhook configuration in the API server. Every write is bound to what was
 * read: who is late gets a KubernetesClientException of code 409 (or 422 for the configuration).
 */
final class WebhookObjects {

    private static final Logger log = LoggerFactory.getLogger(WebhookObjects.class);
    private static final String SECRET = "fairlead-webhook";
    private static final int TIMEOUT_MILLIS = 5_000;

    /** The Secret as it stands; {@code material} is null where it cannot be used. */
    record Stored(@Nullable Secret secret, @Nullable Material material) {}

    private final KubernetesClient client;
    private final String namespace;
    private final String configuration;

    WebhookObjects(KubernetesClient client, String namespace, String configuration) {
        this.client =
                client.newClient(
                                new RequestConfigBuilder()
                                        .withRequestTimeout(TIMEOUT_MILLIS)
                                        .withRequestRetryBackoffLimit(0)
                                        .build())
                        .adapt(KubernetesClient.class);
        this.namespace = namespace;
        this.configuration = configuration;
    }

    Stored stored() {
        Secret secret = client.secrets().inNamespace(namespace).withName(SECRET).get();
        if (secret == null) {
            return new Stored(null, null);
        }
        Map<String, byte[]> parts = new HashMap<>();
        try {
            Objects.requireNonNullElse(secret.getData(), Map.<String, String>of())
                    .forEach((key, value) -> parts.put(key, Base64.getDecoder().decode(value)));
            return new Stored(secret, Material.read(parts));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            log.warn("secret cannot be used name={} reason=\"{}\"", SECRET, e.getMessage());
            return new Stored(secret, null);
        }
    }

    void store(Stored before, Material material) {
        Map<String, String> data = new HashMap<>();
        material.write()
                .forEach((key, part) -> data.put(key, Base64.getEncoder().encodeToString(part)));
        if (before.secret == null) {
            client.resource(
                            new SecretBuilder()
                                    .withNewMetadata()
                                    .withNamespace(namespace)
                                    .withName(SECRET)
                                    .addToLabels("app.kubernetes.io/part-of", "fairlead")
                                    .endMetadata()
                                    .withType("Opaque")
                                    .withData(data)
                                    .build())
                    .create();
        } else {
            client.resource(new SecretBuilder(before.secret).withData(data).build()).update();
        }
    }

    @Nullable ValidatingWebhookConfiguration configuration() {
        return client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(configuration)
                .get();
    }

    /** What each webhook trusts; empty where there is none. */
    static List<String> bundles(@Nullable ValidatingWebhookConfiguration configuration) {
        List<String> bundles = new ArrayList<>();
        if (configuration != null) {
            for (ValidatingWebhook webhook : configuration.getWebhooks()) {
                String bundle = webhook.getClientConfig().getCaBundle();
                bundles.add(
                        bundle == null
                                ? ""
                                : new String(
                                        Base64.getDecoder().decode(bundle),
                                        StandardCharsets.US_ASCII));
            }
        }
        return bundles;
    }

    /** Sets every caBundle, and nothing else: the rest is the user's. */
    void trust(ValidatingWebhookConfiguration configuration, String bundle) {
        ArrayNode patch = JsonNodeFactory.instance.arrayNode();
        patch.addObject()
                .put("op", "test")
                .put("path", "/metadata/resourceVersion")
                .put("value", configuration.getMetadata().getResourceVersion());
        String base64 =
                Base64.getEncoder().encodeToString(bundle.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < configuration.getWebhooks().size(); i++) {
            patch.addObject()
                    .put("op", "add")
                    .put("path", "/webhooks/" + i + "/clientConfig/caBundle")
                    .put("value", base64);
        }
        client.resource(configuration).patch(PatchContext.of(PatchType.JSON), patch.toString());
    }
}
