package dev.fairlead.access;

/** Manifests of policies. Specs are in YAML's flow style. */
final class Policies {

    private Policies() {}

    private static String object(
            String kind, String version, String namespace, String name, String spec) {
        return """
        apiVersion: %s
        kind: %s
        metadata: {name: %s, namespace: %s}
        spec: {%s}
        """
                .formatted(version, kind, name, namespace, spec);
    }

    static String authorization(String namespace, String name, String spec) {
        return object("AuthorizationPolicy", "security.istio.io/v1", namespace, name, spec);
    }

    static String peers(String namespace, String name, String spec) {
        return object("PeerAuthentication", "security.istio.io/v1", namespace, name, spec);
    }

    static String tokens(String namespace, String name, String spec) {
        return object("RequestAuthentication", "security.istio.io/v1", namespace, name, spec);
    }

    static String destinationRule(String namespace, String name, String spec) {
        return object("DestinationRule", "networking.istio.io/v1", namespace, name, spec);
    }

    /** Of Istio 1.0 to 1.2. */
    static String old(String namespace, String name, String spec) {
        return object("Policy", "authentication.istio.io/v1alpha1", namespace, name, spec);
    }

    static String oldMesh(String spec) {
        return """
        apiVersion: authentication.istio.io/v1alpha1
        kind: MeshPolicy
        metadata: {name: default}
        spec: {%s}
        """
                .formatted(spec);
    }

    static String role(String namespace, String name, String rules) {
        String spec = "rules: [" + rules + "]";
        return object("ServiceRole", "rbac.istio.io/v1alpha1", namespace, name, spec);
    }

    /**
     * @param what {@code roleRef: …}, {@code role: …} or {@code actions: …}
     */
    static String binding(String namespace, String name, String subjects, String what) {
        String spec = "subjects: [" + subjects + "], " + what;
        return object("ServiceRoleBinding", "rbac.istio.io/v1alpha1", namespace, name, spec);
    }

    static String bound(String namespace, String role, String subjects) {
        return binding(
                namespace, role, subjects, "roleRef: {kind: ServiceRole, name: " + role + "}");
    }

    /** Roles count in these namespaces. */
    static String rolesCountIn(String namespace) {
        return """
        apiVersion: rbac.istio.io/v1alpha1
        kind: ClusterRbacConfig
        metadata: {name: default}
        spec: {mode: ON_WITH_INCLUSION, inclusion: {namespaces: [%s]}}
        """
                .formatted(namespace);
    }

    /** The mesh's settings, in YAML's flow style. */
    static String mesh(String settings) {
        return """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: mesh, namespace: fairlead-system}
        data: {mesh: "{%s}"}
        """
                .formatted(settings);
    }
}
