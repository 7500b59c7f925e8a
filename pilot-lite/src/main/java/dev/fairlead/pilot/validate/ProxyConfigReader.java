package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.ClientCertDetails;
import dev.fairlead.pilot.state.ClientCertDetails.Form;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code defaultConfig} of the mesh's settings: of a proxy's own settings those that are an
 * agent's too. Source: istio.io "Global Mesh Options", ProxyConfig.
 */
final class ProxyConfigReader {

    private ProxyConfigReader() {}

    static ClientCertDetails read(Fields mesh) {
        ClientCertDetails given =
                mesh.object(
                        "defaultConfig",
                        config -> {
                            config.notYet(
                                    "gatewayTopology", // of gateways
                                    "tracing",
                                    "concurrency",
                                    "proxyMetadata",
                                    "proxyStatsMatcher",
                                    "privateKeyProvider",
                                    "holdApplicationUntilProxyStarts",
                                    "terminationDrainDuration",
                                    "image");
                            return config.object("proxyHeaders", ProxyConfigReader::headers);
                        });
        return given == null ? ClientCertDetails.DEFAULT : given;
    }

    private static ClientCertDetails headers(Fields headers) {
        headers.notYet(
                "requestId",
                "server",
                "attemptCount",
                "envoyDebugHeaders",
                "metadataExchangeHeaders",
                "preserveHttp1HeaderCase",
                "xForwardedHost",
                "xForwardedPort");
        Form form = form(headers);
        ClientCertDetails details =
                headers.object(
                        "setCurrentClientCertDetails",
                        told ->
                                new ClientCertDetails(
                                        form,
                                        or(told.flag("subject"), true),
                                        or(told.flag("cert"), false),
                                        or(told.flag("chain"), false),
                                        or(told.flag("dns"), true),
                                        or(told.flag("uri"), true)));
        return details != null
                ? details
                : new ClientCertDetails(form, true, false, false, true, true);
    }

    private static Form form(Fields headers) {
        if (headers.string("forwardedClientCert").equals("UNDEFINED")) {
            return ClientCertDetails.DEFAULT.form();
        }
        Form form = headers.choice("forwardedClientCert", Form.values());
        return form == null ? ClientCertDetails.DEFAULT.form() : form;
    }

    private static boolean or(@Nullable Boolean given, boolean otherwise) {
        return given == null ? otherwise : given;
    }
}
