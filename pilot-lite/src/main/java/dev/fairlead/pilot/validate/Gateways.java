package dev.fairlead.pilot.validate;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads {@code gateways}. The word {@code mesh} is every pod of the mesh; what is bound to gateways
 * and not to the mesh is not served.
 */
final class Gateways {

    static final String MESH = "mesh";

    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final Pattern NAME =
            Pattern.compile("(" + LABEL + "/)?" + LABEL + "(\\." + LABEL + ")*");

    private Gateways() {}

    /** Of a whole object: none, or the mesh is among them. */
    static void meshAmong(Fields fields) {
        List<String> gateways = names(fields);
        if (!gateways.isEmpty() && !gateways.contains(MESH)) {
            for (int i = 0; i < gateways.size(); i++) {
                if (NAME.matcher(gateways.get(i)).matches()) {
                    fields.problem(
                            "gateways[" + i + "]", gateways.get(i) + ": " + Problem.NOT_SUPPORTED);
                }
            }
        }
    }

    /** Names of gateways, each well formed. */
    static List<String> names(Fields fields) {
        List<String> gateways = fields.stringList("gateways");
        for (int i = 0; i < gateways.size(); i++) {
            if (!NAME.matcher(gateways.get(i)).matches()) {
                fields.problem(
                        "gateways[" + i + "]",
                        "\"" + gateways.get(i) + "\" is not the name of a gateway");
            }
        }
        return gateways;
    }

    /** Whether a match holds for the mesh; of a connection's, where that is all that is asked. */
    static boolean forMesh(Fields match) {
        List<String> gateways = names(match);
        return gateways.isEmpty() || gateways.contains(MESH);
    }
}
