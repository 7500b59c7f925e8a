package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.TlsSettings;
import dev.fairlead.pilot.state.TlsSettings.Mode;
import dev.fairlead.wire.identity.SpiffeId;
import java.util.List;

/**
 * Reads what a client does about TLS. Source: Istio, ClientTLSSettings and its validation; stricter
 * where Istio would not look at a field.
 */
final class TlsSettingsReader {

    private static final int MAX_PATH = 1024;
    private static final String OTHERS_ONLY = "is for SIMPLE and MUTUAL only";

    private final boolean modern;

    TlsSettingsReader(boolean modern) {
        this.modern = modern;
    }

    TlsSettings read(Fields tls) {
        Mode mode = tls.choice("mode", Mode.values());
        var settings =
                new TlsSettings(
                        mode == null ? Mode.DISABLE : mode, // the enum's zero value
                        tls.string("sni"),
                        tls.stringList("subjectAltNames"),
                        path(tls, "clientCertificate"),
                        path(tls, "privateKey"),
                        path(tls, "caCertificates"),
                        path(tls, "caCrl"),
                        credentialName(tls),
                        tls.bool("insecureSkipVerify"));
        check(tls, settings);
        return settings;
    }

    private void check(Fields tls, TlsSettings settings) {
        switch (settings.mode()) {
            case DISABLE ->
                    refuse(
                            tls,
                            "is not for DISABLE",
                            "sni",
                            "subjectAltNames",
                            "clientCertificate",
                            "privateKey",
                            "caCertificates",
                            "caCrl",
                            "credentialName",
                            "insecureSkipVerify");
            case ISTIO_MUTUAL -> {
                refuse(
                        tls,
                        OTHERS_ONLY,
                        "clientCertificate",
                        "privateKey",
                        "caCertificates",
                        "caCrl",
                        "credentialName",
                        "insecureSkipVerify");
                identities(tls, settings.subjectAltNames());
            }
            case SIMPLE -> {
                refuse(tls, "is for MUTUAL only", "clientCertificate", "privateKey");
                server(tls, settings);
            }
            case MUTUAL -> {
                if (settings.credentialName().endsWith(TlsSettings.ROOTS_ALONE)) {
                    tls.problem("credentialName", "has no certificate for MUTUAL: is for SIMPLE");
                }
                for (String needed : List.of("clientCertificate", "privateKey")) {
                    if (!tls.has(needed) && !tls.has("credentialName")) {
                        tls.problem(needed, "is needed for MUTUAL, or credentialName");
                    }
                }
                server(tls, settings);
            }
        }
        String sni = settings.sni();
        if (!sni.isEmpty() && !sni.matches("[A-Za-z0-9._-]{1,253}")) {
            tls.problem("sni", "is not a host name");
        }
    }

    /** How it is told who the server is. */
    private void server(Fields tls, TlsSettings settings) {
        if (tls.has("credentialName")) {
            refuse(
                    tls,
                    "cannot stand beside credentialName",
                    "clientCertificate",
                    "privateKey",
                    "caCertificates",
                    "caCrl");
        }
        if (settings.insecureSkipVerify()) {
            if (settings.mode() == Mode.SIMPLE) {
                refuse(tls, "cannot stand beside insecureSkipVerify", "credentialName");
            }
            refuse(
                    tls,
                    "cannot stand beside insecureSkipVerify",
                    "caCertificates",
                    "caCrl",
                    "subjectAltNames");
        } else if (!modern
                && settings.caCertificates().isEmpty()
                && settings.credentialName().isEmpty()) {
            refuse(
                    tls,
                    "needs caCertificates: without, compat istio-1.0 verifies nothing",
                    "subjectAltNames",
                    "caCrl");
        }
        for (int i = 0; i < settings.subjectAltNames().size(); i++) {
            if (settings.subjectAltNames().get(i).isEmpty()) {
                tls.problem("subjectAltNames", "entry " + i + " is empty");
            }
        }
    }

    private static void identities(Fields tls, List<String> names) {
        for (String name : names) {
            try {
                SpiffeId.parse(name);
            } catch (IllegalArgumentException e) {
                tls.problem("subjectAltNames", "of ISTIO_MUTUAL: " + e.getMessage());
            }
        }
    }

    private static void refuse(Fields tls, String reason, String... names) {
        for (String name : names) {
            if (tls.has(name)) {
                tls.problem(name, reason);
            }
        }
    }

    private static String credentialName(Fields tls) {
        String name = tls.string("credentialName");
        if (!name.isEmpty() && !name.matches("[a-z0-9]([a-z0-9.-]{0,238}[a-z0-9])?")) {
            tls.problem("credentialName", "\"" + name + "\" is not a Secret's name");
            return "";
        }
        return name;
    }

    /** A path below the agents' folder of the client's namespace, as it is in a sidecar's pod. */
    private static String path(Fields tls, String name) {
        String path = tls.string(name);
        if (path.isEmpty() || name.equals("caCertificates") && path.equals(TlsSettings.SYSTEM)) {
            return path;
        }
        boolean plain = path.length() <= MAX_PATH && path.startsWith("/");
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            plain &= c > ' ' && c < 0x7f && c != '~';
        }
        if (!plain || List.of(path.split("/")).contains("..")) {
            tls.problem(name, "\"" + path + "\" is not an absolute path");
            return "";
        }
        return path;
    }
}
