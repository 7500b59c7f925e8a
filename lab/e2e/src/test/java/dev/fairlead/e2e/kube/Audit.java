package dev.fairlead.e2e.kube;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What our accounts were granted, and what the API server says they asked for.
 *
 * @param granted {@code account verb group/resource}, one for each verb of each rule
 * @param asked the same of each request in the API server's audit log
 * @param denied requests that were answered 403
 */
record Audit(Set<String> granted, Set<String> asked, List<String> denied) {

    private static final String ACCOUNT = "system:serviceaccount:fairlead-system:";

    /** Rights of rare moments, and the tests that have them happen. */
    private static final Map<String, String> ELSEWHERE =
            Map.ofEntries(
                    Map.entry(
                            "fairlead-ca update /secrets",
                            "KubernetesBackingTest: a root is exchanged"),
                    Map.entry(
                            "fairlead-pilot update /secrets",
                            "WebhookCertificatesTest: it is renewed"),
                    Map.entry(
                            "fairlead-pilot patch config.istio.io/*/status",
                            "MixerTest: objects of Mixer's kinds"),
                    Map.entry(
                            "fairlead-pilot patch fairlead.dev/healthchecks/status",
                            "HealthCheckReaderTest: a HealthCheck"),
                    Map.entry(
                            "fairlead-pilot patch fairlead.dev/ratelimits/status",
                            "RateLimitTest: a RateLimit"),
                    Map.entry(
                            "fairlead-pilot patch networking.istio.io/envoyfilters/status",
                            "one that was there before the webhook"),
                    Map.entry(
                            "fairlead-pilot patch extensions.istio.io/wasmplugins/status",
                            "one that was there before the webhook"),
                    Map.entry(
                            "fairlead-pilot patch security.istio.io/authorizationpolicies/status",
                            "AuthorizationsTest: an AuthorizationPolicy"),
                    Map.entry(
                            "fairlead-pilot patch security.istio.io/requestauthentications/status",
                            "SecurityTableTest: a RequestAuthentication"),
                    Map.entry(
                            "fairlead-pilot patch rbac.istio.io/serviceroles/status",
                            "RolesTest: roles"),
                    Map.entry(
                            "fairlead-pilot patch rbac.istio.io/servicerolebindings/status",
                            "RolesTest: bindings"),
                    Map.entry(
                            "fairlead-pilot patch rbac.istio.io/rbacconfigs/status",
                            "RolesTest: it is switched on"),
                    Map.entry(
                            "fairlead-pilot patch rbac.istio.io/clusterrbacconfigs/status",
                            "RolesTest: it is switched on"));

    private static final String LOG = "/run/kube/host/log/audit.log";

    static Audit of(Kube kube) {
        Set<String> asked = new TreeSet<>();
        List<String> denied = new ArrayList<>();
        for (String line : kube.node("control", "cat", LOG).ok().lines().toList()) {
            JsonNode event = Kube.json(line);
            String user = event.at("/user/username").asText();
            if (!user.startsWith(ACCOUNT) || !event.has("objectRef")) {
                continue;
            }
            JsonNode object = event.get("objectRef");
            String sub = object.path("subresource").asText("");
            String request =
                    "%s %s %s/%s"
                            .formatted(
                                    user.substring(ACCOUNT.length()),
                                    event.path("verb").asText(),
                                    object.path("apiGroup").asText(""),
                                    object.path("resource").asText()
                                            + (sub.isEmpty() ? "" : "/" + sub));
            asked.add(request);
            if (event.at("/responseStatus/code").asInt() == 403) {
                denied.add(request + " " + object.path("name").asText(""));
            }
        }
        return new Audit(granted(kube), asked, denied);
    }

    private static Set<String> granted(Kube kube) {
        Set<String> granted = new TreeSet<>();
        String ours = "app.kubernetes.io/part-of=fairlead";
        for (String kind : List.of("clusterroles", "roles")) {
            for (JsonNode role : kube.get("-A", kind, "-l", ours).get("items")) {
                String account =
                        role.at("/metadata/name").asText(); // a role's name is its account's
                for (JsonNode rule : role.get("rules")) {
                    add(account, rule, granted);
                }
            }
        }
        return granted;
    }

    private static void add(String account, JsonNode rule, Set<String> granted) {
        for (JsonNode verb : rule.get("verbs")) {
            for (JsonNode group : rule.get("apiGroups")) {
                for (JsonNode resource : rule.get("resources")) {
                    granted.add(
                            "%s %s %s/%s"
                                    .formatted(
                                            account,
                                            verb.asText(),
                                            group.asText(),
                                            resource.asText()));
                }
            }
        }
    }

    /** Rights that no request made use of. */
    Set<String> unused() {
        Set<String> unused = new TreeSet<>(granted);
        unused.removeAll(asked);
        unused.removeAll(ELSEWHERE.keySet());
        unused.removeIf(this::isOfAGroupThatWasAsked);
        return unused;
    }

    /** {@code account verb group/*}: for all kinds of a group, of which one was asked for. */
    private boolean isOfAGroupThatWasAsked(String right) {
        return right.endsWith("/*")
                && asked.stream()
                        .anyMatch(request ->
                                request.startsWith(right.substring(0, right.length() - 1)));
    }
}
