package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How paths reach an application, by mesh setting {@code pathNormalization}.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/security/normalization_test.go. Left
 * out: {@code /app#foo}, of which no client sends what is behind the hash.
 */
class PathFormsTest {

    private static final List<App> APPS = List.of(App.of("ns1", "a", 1), App.of("ns1", "b", 2));

    private static Answer ask(String form, String path) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS, Policies.mesh("pathNormalization: {normalization: " + form + "}"));
        return mesh.call("ns1/a", "ns1/b", Port.HTTP).path(path).answer();
    }

    /** As sent, then as it arrives with BASE, MERGE_SLASHES and DECODE_AND_MERGE_SLASHES. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '"',
            value = {
                "/ / / /",
                "/app/ /app/ /app/ /app/",
                "/app/../admin /admin /admin /admin",
                "/app /app /app /app",
                "/app// /app// /app/ /app/",
                "/app/%2f /app/%2f /app/%2f /app/",
                "/app%2f/ /app%2f/ /app%2f/ /app/",
                "/xyz%30..//abc /xyz0..//abc /xyz0../abc /xyz0../abc",
                "/app/%2E./admin /admin /admin /admin",
                "/app\\admin /app/admin /app/admin /app/admin",
                "/app/\\/\\/\\admin /app//////admin /app/admin /app/admin",
                "/%2Fapp%5cadmin%5Cabc /%2Fapp%5cadmin%5Cabc /%2Fapp%5cadmin%5Cabc /app/admin/abc",
                "/%5Capp%2f%5c%2F%2e%2e%2fadmin%5c\\abc /%5Capp%2f%5c%2F..%2fadmin%5c/abc"
                        + " /%5Capp%2f%5c%2F..%2fadmin%5c/abc /app/admin/abc",
                "/app//../admin /app/admin /app/admin /app/admin",
                "/app//../../admin /admin /admin /admin"
            })
    void inEachForm(String sent, String base, String merged, String decoded) {
        assertThat(ask("NONE", sent).path()).isEqualTo(sent);
        assertThat(ask("BASE", sent).path()).isEqualTo(base);
        assertThat(ask("DEFAULT", sent).path()).isEqualTo(base);
        assertThat(ask("MERGE_SLASHES", sent).path()).isEqualTo(merged);
        assertThat(ask("DECODE_AND_MERGE_SLASHES", sent).path()).isEqualTo(decoded);
    }

    @ParameterizedTest
    @CsvSource({"/%c0%2e%c0%2e/admin, /%c0.%c0./admin", "/%c0%2fadmin, /%c0/admin"})
    void oddBytesBesideEscapes(String sent, String arrives) {
        assertThat(ask("DECODE_AND_MERGE_SLASHES", sent).path()).isEqualTo(arrives);
    }

    /** Twice escaped, or of another mind of what an escape is: nothing to us. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/0x2e0x2e/admin",
                "/0x2e0x2e0x2fadmin",
                "/0x2e0x2e0x5cadmin",
                "/0x2f0x2fadmin",
                "/0x5c0x5cadmin",
                "/%25c0%25ae%25c1%259cadmin",
                "/%25c0%25ae%25c0%25ae/admin",
                "/%25c0%25afadmin",
                "/%25c1%259cadmin",
                "/%252e%252e/admin",
                "/%252e%252e%252fadmin",
                "/%c1%9cadmin",
                "/%c0%ae%c0%ae/admin",
                "/%c0%afadmin",
                "/.../admin",
                "/..../admin",
                "/..;/admin",
                "/;/admin",
                "/admin;a=b",
                "/admin;a=b/xyz",
                "/admin,a=b/xyz",
                "/Admin",
                "/ADMIN"
            })
    void leftAsItIs(String path) {
        assertThat(ask("DECODE_AND_MERGE_SLASHES", path).path()).isEqualTo(path);
    }

    @Test
    void everyEscapedByte() {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        Policies.mesh(
                                "pathNormalization: {normalization: DECODE_AND_MERGE_SLASHES}"));
        for (int i = 1; i <= 0xff; i++) {
            String sent = "/admin%" + String.format(Locale.ROOT, "%02x", i);
            boolean plain = i < 0x80 && (Character.isLetterOrDigit(i) || "-./\\_~".indexOf(i) >= 0);
            String arrives = plain ? "/admin" + (i == '\\' ? '/' : (char) i) : sent;
            assertThat(mesh.call("ns1/a", "ns1/b", Port.HTTP).path(sent).answer().path())
                    .isEqualTo(arrives);
        }
    }

    @Test
    void anEscapedNulIsRefused() {
        assertThat(ask("DECODE_AND_MERGE_SLASHES", "/admin%00").status()).isEqualTo(400);
    }

    /** Rules see what arrives. */
    @ParameterizedTest
    @CsvSource({
        "NONE,                     /public/../private, true",
        "BASE,                     /public/../private, false",
        "BASE,                     //private,          true",
        "MERGE_SLASHES,            //private,          false",
        "MERGE_SLASHES,            /%2Fprivate,        true",
        "DECODE_AND_MERGE_SLASHES, /%2Fprivate,        false"
    })
    void rulesSeeWhatArrives(String form, String path, boolean passes) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        Policies.mesh("pathNormalization: {normalization: " + form + "}"),
                        Policies.authorization(
                                "ns1",
                                "deny",
                                "action: DENY, rules: [{to: [{operation: {paths: [/private]}}]}]"));
        assertThat(mesh.call("ns1/a", "ns1/b", Port.HTTP).path(path).passes()).isEqualTo(passes);
    }
}
