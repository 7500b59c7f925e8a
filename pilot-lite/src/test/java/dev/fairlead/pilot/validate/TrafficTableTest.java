package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables of {@code docs/traffic.md}: whole, and true. */
public class TrafficTableTest {

    private static final Path ROOT = Path.of(System.getProperty("fairlead.root", ".."));
    private static final Pattern ROW =
            Pattern.compile("\\| `([^`]+)` \\| `(.+)` \\| (yes|refused)\\b(.*) \\|");
    private static final String REFUSED = "refused";

    /** Types that many fields have, by what is in them; each is a part of the table of its own. */
    private static final Map<Set<String>, String> TYPES =
            Map.of(
                    Set.of("exact", "prefix", "regex"), "StringMatch",
                    Set.of("host", "subset", "port"), "Destination",
                    Set.of("value"), "Percent",
                    Set.of("request", "response"), "Headers");

    /** Where such a type stands when its own fields are tried. */
    private static final Map<String, String> PLACES =
            Map.of(
                    "StringMatch", "http[].match[].uri",
                    "Destination", "http[].route[].destination",
                    "Percent", "http[].mirrorPercentage",
                    "Headers", "http[].headers");

    /** What must be there for a field to make sense; the longest prefix of its path counts. */
    private static final Map<String, String> AROUND =
            Map.ofEntries(
                    Map.entry(
                            "", "{hosts: [reviews], http: [{route: [{destination: {host: a}}]}]}"),
                    Map.entry("tls", "{hosts: [a.example.com]}"),
                    Map.entry(
                            "tls[].",
                            "{hosts: [a.example.com], tls: [{match: [{sniHosts: [a.example.com]}],"
                                    + " route: [{destination: {host: a}}]}]}"),
                    Map.entry("tcp", "{hosts: [reviews]}"),
                    Map.entry(
                            "tcp[].",
                            "{hosts: [reviews], tcp: [{route: [{destination: {host: a}}]}]}"),
                    Map.entry("http[].redirect", "{hosts: [reviews], http: [{}]}"),
                    Map.entry(
                            "http[].redirect.redirectCode",
                            "{hosts: [reviews], http: [{redirect: {uri: /b}}]}"),
                    Map.entry("http[].directResponse", "{hosts: [reviews], http: [{}]}"),
                    Map.entry(
                            "http[].directResponse.body",
                            "{hosts: [reviews], http: [{directResponse: {status: 200}}]}"),
                    Map.entry("http[].delegate", "{hosts: [reviews], http: [{}]}"),
                    Map.entry(
                            "http[].delegate.namespace",
                            "{hosts: [reviews], http: [{delegate: {name: d}}]}"),
                    Map.entry("http[].retries.", with("retries: {attempts: 2}")),
                    Map.entry(
                            "http[].rewrite.uriRegexRewrite.",
                            with("rewrite: {uriRegexRewrite: {match: a, rewrite: b}}")),
                    Map.entry(
                            "http[].fault.delay.percent", with("fault: {delay: {fixedDelay: 1s}}")),
                    Map.entry(
                            "http[].fault.abort.percent",
                            with("fault: {abort: {httpStatus: 500}}")),
                    Map.entry("http[].mirrorPercent", with("mirror: {host: b}")),
                    Map.entry("http[].mirrors[].", with("mirrors: [{destination: {host: b}}]")));

    private static String with(String fields) {
        return "{hosts: [reviews], http: [{route: [{destination: {host: a}}], " + fields + "}]}";
    }

    /**
     * One row.
     *
     * @param field with {@code []} after lists
     */
    public record Row(String field, String example, boolean refused) {}

    static List<Row> rows(String kind) throws IOException {
        return rows("docs/traffic.md", kind);
    }

    static List<Row> rows(String file, String kind) throws IOException {
        List<Row> rows = new ArrayList<>();
        boolean within = false;
        for (String line : Files.readAllLines(ROOT.resolve(file))) {
            if (line.startsWith("## ")) {
                within = line.equals("## " + kind);
            } else if (within && line.startsWith("| `")) {
                Matcher row = ROW.matcher(line);
                assertThat(row.matches()).as(line).isTrue();
                boolean refused = row.group(3).equals(REFUSED);
                assertThat(!refused || row.group(4).startsWith(": "))
                        .as("a reason: " + line)
                        .isTrue();
                rows.add(new Row(row.group(1), row.group(2), refused));
            }
        }
        return rows;
    }

    @ParameterizedTest
    @ValueSource(strings = "VirtualService")
    void noFieldIsMissingAndNoneIsInvented(String kind) throws IOException {
        Set<String> listed = new TreeSet<>();
        rows(kind).forEach(row -> listed.add(row.field));
        String plural = kind.toLowerCase(java.util.Locale.ROOT) + "s";
        assertThat(listed).isEqualTo(defined(plural + ".networking.istio.io"));
    }

    /** Fields of an installed definition. */
    static Set<String> defined(String definitionName) throws IOException {
        Set<String> defined = new TreeSet<>();
        JsonNode definition =
                Yaml.documents(
                                Files.readString(
                                        ROOT.resolve(
                                                "deploy/daemonset/base/crds/"
                                                        + definitionName
                                                        + ".yaml")))
                        .getFirst();
        collect(
                definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec"),
                "",
                defined);
        return defined;
    }

    private static void collect(JsonNode schema, String path, Set<String> fields) {
        for (var property : schema.path("properties").properties()) {
            String field = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
            fields.add(field);
            JsonNode below = property.getValue();
            String list = "";
            if (below.path("type").asText().equals("array")) {
                below = below.path("items");
                list = "[]";
            }
            if (below.path("additionalProperties").isObject()) {
                below = below.path("additionalProperties");
            }
            Set<String> names = new HashSet<>();
            below.path("properties").fieldNames().forEachRemaining(names::add);
            String type = TYPES.get(names);
            if (type == null) {
                collect(below, field + list, fields);
            } else if (!fields.contains(type + "." + names.iterator().next())) {
                collect(below, type, fields);
            }
        }
    }

    static Stream<Row> examples() throws IOException {
        return rows("VirtualService").stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsTakenOrRefusedAsTheTableSays(Row row) {
        String field = placed(row.field);
        ObjectNode object = object(row);
        var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
        var verdict = new ConfigReader(MeshSettings.DEFAULT).read(meta, object);
        if (row.refused) {
            String path = field.replace("[]", "[0]");
            assertThat(verdict)
                    .as(object.toString())
                    .isInstanceOfSatisfying(
                            Verdict.Refused.class,
                            refused -> assertThat(refused.problems().toString()).contains(path));
        } else {
            assertThat(verdict).as(object.toString()).isInstanceOf(Verdict.Accepted.class);
        }
    }

    private static ObjectNode object(Row row) {
        String field = placed(row.field);
        ObjectNode object =
                Yaml.documents(
                                "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:"
                                        + " {name: v}\nspec: "
                                        + around(field))
                        .getFirst();
        put(object.withObjectProperty("spec"), field, Yaml.parse(row.example));
        return object;
    }

    /** A VirtualService for every example of HTTP that is accepted, each with a host of its own. */
    public static String acceptedHttp() throws IOException {
        var yaml = new StringBuilder();
        for (Row row : rows("VirtualService")) {
            String field = placed(row.field);
            if (!row.refused && field.startsWith("http")) {
                ObjectNode object = object(row);
                String name = "row-" + yaml.length();
                object.withObjectProperty("metadata").put("name", name).put("uid", name);
                object.withObjectProperty("spec").putArray("hosts").add(name + ".example.com");
                yaml.append("---\n").append(object).append('\n');
            }
        }
        return yaml.toString();
    }

    /** Where a field is tried. */
    static String placed(String field) {
        for (var place : PLACES.entrySet()) {
            if (field.startsWith(place.getKey() + ".")) {
                return place.getValue() + field.substring(place.getKey().length());
            }
        }
        return field;
    }

    private static String around(String field) {
        String best = "";
        for (String prefix : AROUND.keySet()) {
            if (field.startsWith(prefix) && prefix.length() > best.length()) {
                best = prefix;
            }
        }
        return AROUND.getOrDefault(best, "{}");
    }

    /** Sets a field; of lists on the way the first entry, which is made where there is none. */
    static void put(ObjectNode object, String field, JsonNode value) {
        ObjectNode at = object;
        String[] steps = field.split("\\.");
        for (int i = 0; i < steps.length - 1; i++) {
            String name = steps[i].replace("[]", "");
            if (steps[i].endsWith("[]")) {
                ArrayNode list = at.withArrayProperty(name);
                at = list.isEmpty() ? list.addObject() : (ObjectNode) list.get(0);
            } else {
                at = at.withObjectProperty(name);
            }
        }
        at.set(steps[steps.length - 1], value);
    }
}
