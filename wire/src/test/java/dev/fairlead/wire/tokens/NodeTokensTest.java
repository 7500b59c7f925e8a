package dev.fairlead.wire.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTokensTest {

    private static final Caller NODE = new Caller.Node("node-1");

    @TempDir Path folder;

    private NodeTokens.Entry mint(String file, Caller caller) throws Exception {
        return NodeTokens.mint(folder.resolve(file), caller, new SecureRandom());
    }

    private String token(String file) throws Exception {
        return Files.readString(folder.resolve(file)).strip();
    }

    @Test
    void aMintedTokenNamesItsBearerAndOnlyItDoes() throws Exception {
        NodeTokens.write(
                folder.resolve("list"), List.of(mint("n", NODE), mint("p", new Caller.Pilot())));
        NodeTokens tokens = new NodeTokens(folder.resolve("list"));

        assertThat(tokens.callerOf(token("n"))).isEqualTo(NODE);
        assertThat(tokens.callerOf(token("p"))).isEqualTo(new Caller.Pilot());
        assertThat(tokens.callerOf(token("n") + "x")).isNull();
        assertThat(tokens.callerOf("")).isNull();
        assertThat(tokens.callerOf("x".repeat(10_000))).isNull();
    }

    @Test
    void aTokenHas256BitsAndIsInAPrivateFileOnly() throws Exception {
        NodeTokens.write(folder.resolve("list"), List.of(mint("n", NODE)));

        assertThat(token("n")).matches("[A-Za-z0-9_-]{43}");
        assertThat(Files.readString(folder.resolve("list"))).doesNotContain(token("n"));
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("n"))))
                .isEqualTo("rw-------");
    }

    @Test
    void theListIsReadAgainWhenItChanges() throws Exception {
        Path list = folder.resolve("list");
        NodeTokens.write(list, List.of(mint("old", NODE)));
        NodeTokens tokens = new NodeTokens(list);
        assertThat(tokens.callerOf(token("old"))).isEqualTo(NODE);

        NodeTokens.write(list, List.of(mint("new", NODE)));

        assertThat(tokens.callerOf(token("old"))).isNull();
        assertThat(tokens.callerOf(token("new"))).isEqualTo(NODE);
    }

    @Test
    void aBrokenListLeavesTheLastGoodOneInForce() throws Exception {
        Path list = folder.resolve("list");
        NodeTokens.write(list, List.of(mint("n", NODE)));
        NodeTokens tokens = new NodeTokens(list);
        assertThat(tokens.callerOf(token("n"))).isEqualTo(NODE);

        Files.writeString(list, "{\"tokens\":[{\"sha256\":\"zz\",\"subject\":\"node/x\"}]}");
        assertThat(tokens.callerOf(token("n"))).isEqualTo(NODE);

        Files.delete(list);
        assertThat(tokens.callerOf(token("n"))).isEqualTo(NODE);
    }

    @Test
    void withoutAListNobodyIsKnown() {
        NodeTokens tokens = new NodeTokens(folder.resolve("none"));

        assertThatThrownBy(() -> tokens.callerOf("x")).hasMessageContaining("none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "node/", "node/a/b", "pilot", "root"})
    void otherSubjectsAreRefused(String subject) {
        assertThatThrownBy(() -> Caller.parse(subject))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "host:", ":15012", "::1:15012", "host:x", "host:70000", ""})
    void whatIsNoHostPortIsRefused(String hostPort) {
        assertThatThrownBy(() -> SpiffeTls.address(hostPort))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hostPortTakesNamesAndBothFamilies() {
        assertThat(SpiffeTls.address("pilot:15012").getHostString()).isEqualTo("pilot");
        assertThat(SpiffeTls.address("198.18.0.2:15012").getPort()).isEqualTo(15012);
        assertThat(SpiffeTls.address("[fd00::2]:15012").getHostString()).isEqualTo("fd00::2");
    }
}
