package dev.fairlead.pilot.validate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The mesh's settings: accepted, or refused with reasons, whatever the YAML. */
public final class MeshSettingsFuzz {

    private MeshSettingsFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        ObjectNode map = JsonNodeFactory.instance.objectNode();
        map.putObject("data").put("mesh", new String(input, StandardCharsets.UTF_8));
        if (MeshSettingsReader.read(map) == null) {
            throw new AssertionError("neither accepted nor refused");
        }
    }

    public static List<String> seeds() {
        return List.of(
                "compat: modern\ntrustDomain: a.b\noutboundTrafficPolicy: {mode: ALLOW_ANY}\n",
                "enrolment: {mode: AS_ANNOTATED}\ndiscoverySelectors: [{matchLabels: {a: b}}]\n",
                "a: &x [1]\nb: *x\n",
                "a: !!binary aGk=\n",
                "- - - [{");
    }
}
