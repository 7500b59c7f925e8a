package dev.fairlead.pilot.validate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.fairlead.pilot.state.DestinationRule.H2Upgrade;
import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MeshSettings.Compat;
import dev.fairlead.pilot.state.MeshSettings.Destinations;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.MeshSettings.Enrolment;
import dev.fairlead.pilot.state.MeshSettings.PathForm;
import dev.fairlead.pilot.state.MeshSettings.Protocols;
import dev.fairlead.pilot.state.MeshSettings.Scoping;
import dev.fairlead.pilot.state.MeshSettings.Security;
import dev.fairlead.wire.identity.SpiffeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code data.mesh} of ConfigMap {@code fairlead-system/mesh}. */
public final class MeshSettingsReader {

    /** OFF is a word here, not false; what is given twice is a mistake. */
    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
                    .build();

    private static final String DATA = "data.mesh";

    private MeshSettingsReader() {}

    public static Verdict<MeshSettings> read(JsonNode configMap) {
        List<Problem> problems = new ArrayList<>();
        MeshSettings settings = MeshSettings.DEFAULT;
        try {
            JsonNode mesh = YAML.readTree(configMap.path("data").path("mesh").asText(""));
            Fields fields =
                    Fields.of(mesh == null ? MissingNode.getInstance() : mesh, DATA, problems);
            settings = settings(fields);
            fields.end();
        } catch (JsonProcessingException e) {
            problems.add(new Problem(DATA, "not YAML: " + e.getOriginalMessage()));
        }
        return problems.isEmpty()
                ? new Verdict.Accepted<>(settings)
                : new Verdict.Refused<>(problems);
    }

    private static MeshSettings settings(Fields mesh) {
        Compat compat = compat(mesh);
        String trustDomain = mesh.string("trustDomain");
        if (trustDomain.isEmpty()) {
            trustDomain = MeshSettings.DEFAULT.trustDomain();
        } else if (!isTrustDomain(trustDomain)) {
            mesh.problem("trustDomain", "\"" + trustDomain + "\" is not a trust domain");
        }
        String root = mesh.string("rootNamespace");
        Egress otherwise = compat == Compat.MODERN ? Egress.ALLOW_ANY : Egress.NOT_FOUND;
        Egress egress = mesh.object("outboundTrafficPolicy", policy -> egress(policy, compat));
        return new MeshSettings(
                compat,
                trustDomain,
                root.isEmpty() ? MeshSettings.DEFAULT.rootNamespace() : root,
                egress == null ? otherwise : egress,
                scoping(mesh),
                enrolment(mesh),
                protocols(mesh, Protocols.of(compat)),
                mesh.object("defaultHttpRetryPolicy", RetriesReader::read),
                destinations(mesh),
                new Security(
                        aliases(mesh),
                        ExtensionProviderReader.read(mesh),
                        ProxyConfigReader.read(mesh),
                        paths(mesh)));
    }

    private static PathForm paths(Fields mesh) {
        PathForm given =
                mesh.object(
                        "pathNormalization",
                        fields ->
                                fields.string("normalization").equals("DEFAULT")
                                        ? PathForm.BASE
                                        : fields.choice("normalization", PathForm.values()));
        return given == null ? PathForm.BASE : given;
    }

    private static List<String> aliases(Fields mesh) {
        List<String> aliases = Checks.texts(mesh, "trustDomainAliases");
        for (int i = 0; i < aliases.size(); i++) {
            if (!aliases.get(i).isEmpty() && !isTrustDomain(aliases.get(i))) {
                mesh.problem(
                        "trustDomainAliases[" + i + "]",
                        "\"" + aliases.get(i) + "\" is not a trust domain");
            }
        }
        return aliases;
    }

    private static boolean isTrustDomain(String name) {
        try {
            SpiffeId.pilot(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Destinations destinations(Fields mesh) {
        Duration connect = Durations.read(mesh, "connectTimeout", 1);
        LocalityBalancing locality = mesh.object("localityLbSetting", LocalityReader::read);
        Destinations policy =
                mesh.object(
                        "defaultTrafficPolicy",
                        fields ->
                                new Destinations(
                                        Destinations.DEFAULT.connectTimeout(),
                                        null,
                                        Destinations.DEFAULT.locality(),
                                        fields.object("connectionPool", ConnectionPoolReader::read),
                                        fields.object(
                                                "outlierDetection", OutlierDetectionReader::read)));
        return new Destinations(
                connect == null ? Destinations.DEFAULT.connectTimeout() : connect,
                mesh.object("tcpKeepalive", ConnectionPoolReader::keepAlive),
                locality == null ? Destinations.DEFAULT.locality() : locality,
                policy == null ? null : policy.pool(),
                policy == null ? null : policy.outliers());
    }

    private static Protocols protocols(Fields mesh, Protocols otherwise) {
        H2Upgrade upgrade =
                mesh.choice(
                        "h2UpgradePolicy",
                        new H2Upgrade[] {H2Upgrade.DO_NOT_UPGRADE, H2Upgrade.UPGRADE});
        Duration timeout = Durations.read(mesh, "protocolDetectionTimeout", 0);
        return new Protocols(
                upgrade == H2Upgrade.UPGRADE,
                timeout == null ? otherwise.detectionTimeout() : timeout);
    }

    private static Enrolment enrolment(Fields mesh) {
        Enrolment given =
                mesh.object("enrolment", fields -> fields.choice("mode", Enrolment.values()));
        return given == null ? Enrolment.AS_ANNOTATED : given;
    }

    private static Scoping scoping(Fields mesh) {
        return new Scoping(
                exportTo(mesh, "defaultServiceExportTo", true),
                exportTo(mesh, "defaultVirtualServiceExportTo", false),
                exportTo(mesh, "defaultDestinationRuleExportTo", false),
                mesh.list("discoverySelectors", LabelSelectors::read));
    }

    private static List<String> exportTo(Fields mesh, String name, boolean none) {
        List<String> words = ExportTo.words(mesh, name, "", none);
        return words.isEmpty() ? List.of("*") : words;
    }

    private static Compat compat(Fields mesh) {
        return switch (mesh.string("compat")) {
            case "", "modern" -> Compat.MODERN;
            case "istio-1.0" -> Compat.ISTIO_1_0;
            default -> {
                mesh.problem("compat", "must be modern or istio-1.0");
                yield Compat.MODERN;
            }
        };
    }

    static Egress egress(Fields policy, Compat compat) {
        Egress given = policy.choice("mode", new Egress[] {Egress.ALLOW_ANY, Egress.REGISTRY_ONLY});
        boolean refuse = given == null ? compat == Compat.ISTIO_1_0 : given == Egress.REGISTRY_ONLY;
        if (!refuse) {
            return Egress.ALLOW_ANY;
        }
        return compat == Compat.MODERN ? Egress.REGISTRY_ONLY : Egress.NOT_FOUND;
    }
}
