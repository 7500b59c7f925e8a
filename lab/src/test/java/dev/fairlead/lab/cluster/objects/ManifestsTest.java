package dev.fairlead.lab.cluster.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestsTest {

    private static final String HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

    private static List<ObjectNode> parse(String text) {
        return Manifests.parse("a.yaml", text, "shop");
    }

    @Test
    void documentsAndListsAreFlattenedInOrder() {
        List<ObjectNode> objects =
                parse(
                        """
                        # only a comment
                        ---
                        apiVersion: v1
                        kind: List
                        items:
                        - {apiVersion: v1, kind: Service, metadata: {name: one, namespace: other}}
                        - {apiVersion: v1, kind: Namespace, metadata: {name: two, namespace: odd}}
                        ---
                        apiVersion: v1
                        kind: PodList
                        items: [{metadata: {name: three}}]
                        ---
                        """);
        assertThat(objects)
                .extracting(
                        o -> Json.text(o, "kind") + " " + Json.namespace(o) + "/" + Json.name(o))
                .containsExactly("Service other/one", "Namespace /two", "Pod shop/three");
    }

    @ParameterizedTest
    @CsvSource({
        "8080, 8080",
        "0644, 420",
        "0o644, 420",
        "0x1F, 31",
        "1_000, 1000",
        "-7, -7",
        "1.5, 1.5",
        "1e3, 1000.0",
        "9999999999, 9999999999",
        "yes, true",
        "off, false",
        "True, true",
        "y, '\"y\"'",
        "n, '\"n\"'",
        "~, null",
        "'\"8080\"', '\"8080\"'",
        "'!!str 8080', '\"8080\"'",
        "1:30, '\"1:30\"'",
        "2020-01-01, '\"2020-01-01\"'",
        "1.2.3, '\"1.2.3\"'",
        "089, 89.0",
        "100m, '\"100m\"'"
    })
    void scalarsAreTypedAsKubectlTypesThem(String yaml, String json) {
        ObjectNode object = parse(HEAD + "value: " + yaml + "\n").getFirst();
        assertThat(object.path("value").toString()).isEqualTo(json);
    }

    @Test
    void aliasesAndMergeKeysAreFollowed() {
        ObjectNode object =
                parse(HEAD + "base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\nsame: *b\n").getFirst();
        assertThat(object.path("use")).hasToString("{\"y\":3,\"x\":1}");
        assertThat(object.path("same")).hasToString("{\"x\":1,\"y\":2}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: {b: 1, b: 2} | a.yaml: line 4: key \"b\" is given twice",
                "a: !custom x | a.yaml: line 4: \"x\" is no !custom",
                "a: .inf | a.yaml: line 4: \".inf\" is no tag:yaml.org,2002:float",
                "a: [1 | a.yaml: line 5:",
                "metadata: {name: b} | key \"metadata\" is given twice",
            })
    void whatIsWrongIsNamedWithItsPlace(String line, String message) {
        assertThatThrownBy(() -> parse(HEAD + line + "\n"))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining(message.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "- a | document 2: not an object",
                "kind: Pod | document 2: apiVersion is missing",
                "{apiVersion: v1, kind: Pod} | document 2: Pod: metadata is missing",
                "{apiVersion: v1, kind: Pod, metadata: {}} | Pod: metadata.name is missing",
                "{apiVersion: v1, kind: Pod, metadata: {name: 5}} | metadata.name is missing",
                "{apiVersion: v1, kind: Pod, metadata: {name: A_b}} | Pod: \"A_b\" is no DNS name",
                "{apiVersion: v1, kind: Service, metadata: {name: a.b}} | \"a.b\" is no DNS name",
                "{apiVersion: v1, kind: X, metadata: {name: ../a}} | document 2: object name part",
                "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {v: 1}}} | Pod a: metadata.labels.v is no text",
            })
    void anObjectThatCannotBeUsedIsNamed(String document, String message) {
        assertThatThrownBy(() -> parse(HEAD + "---\n" + document + "\n"))
                .isInstanceOf(ManifestException.class)
                .hasMessageStartingWith("a.yaml: document 2")
                .hasMessageContaining(message.strip());
    }

    @Test
    void jsonIsReadAsJsonAndStrictlySo() {
        String json = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":\t{\"name\":\"a\"}}";
        assertThat(parse(json + "\n" + json)).hasSize(2);
        assertThatThrownBy(() -> Manifests.parse("a.json", "{\"a\":1,\"a\":2}", "x"))
                .hasMessageContaining("Duplicate field 'a'");
    }

    @Test
    void aFolderIsReadByName(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("b.yml"), HEAD.replace("name: a", "name: second"));
        Files.writeString(folder.resolve("a.yaml"), HEAD.replace("name: a", "name: first"));
        Files.writeString(folder.resolve("notes.txt"), "not: [a manifest");
        assertThat(Manifests.read(folder, "default"))
                .extracting(Json::name)
                .containsExactly("first", "second");
        Files.writeString(folder.resolve("c.yaml"), "a: [");
        assertThatThrownBy(() -> Manifests.read(folder, "default"))
                .hasMessageContaining(folder.resolve("c.yaml") + ": line");
    }

    @Test
    void aliasesOfAliasesDoNotFillTheMemory() {
        StringBuilder bomb = new StringBuilder(HEAD + "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            String before = "*a" + (i - 1);
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.repeat(before + ", ", 9).append(before).append("]\n");
        }
        assertThatThrownBy(() -> parse(bomb.toString())).isInstanceOf(ManifestException.class);
    }

    @Test
    void fuzzedTextIsReadOrRefusedNeverMore() {
        String seed = HEAD + "data: {a: \"1\", b: [x, &y {z: 1}, *y], c: !!int 5}\n---\n{}\n";
        Random random = new Random(3);
        String noise = "{}[]:,-&*!|>'\"%@`#?\n\t ~<0x1e9\\\u0000\u00e9";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(seed);
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                char c = noise.charAt(random.nextInt(noise.length()));
                text.setCharAt(random.nextInt(text.length()), c);
            }
            try {
                parse(text.toString());
            } catch (ManifestException refused) {
                assertThat(refused).hasMessageStartingWith("a.yaml: ");
            }
        }
    }
}
