package dev.fairlead.lab.cluster.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * The types of plain scalars, as kubectl reads them: YAML 1.1 booleans but for the single letters y
 * and n, octal with 0 and 0o, no base 60, and dates stay text.
 */
final class YamlScalars extends Resolver {

    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUE =
            Set.of("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON");
    private static final Set<String> FALSE =
            Set.of("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF");
    private static final Pattern INTEGER =
            Pattern.compile("[-+]?(0x[0-9a-fA-F_]+|0b[01_]+|0o[0-7_]+|0[0-7_]*|[1-9][0-9_]*)");
    private static final Pattern FLOAT =
            Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern NOT_A_JSON_NUMBER =
            Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    @Override
    public Tag resolve(NodeId kind, String value, boolean implicit) {
        if (kind != NodeId.scalar || !implicit) {
            return super.resolve(kind, value, implicit);
        }
        if (NULLS.contains(value)) {
            return Tag.NULL;
        }
        if (value.equals("<<")) {
            return Tag.MERGE;
        }
        if (TRUE.contains(value) || FALSE.contains(value)) {
            return Tag.BOOL;
        }
        if (INTEGER.matcher(value).matches()) {
            return Tag.INT;
        }
        if (FLOAT.matcher(value).matches() || NOT_A_JSON_NUMBER.matcher(value).matches()) {
            return Tag.FLOAT;
        }
        return Tag.STR;
    }

    /** The JSON value of a scalar; IllegalArgumentException says why there is none. */
    static JsonNode value(Tag tag, String text) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (tag.equals(Tag.STR) || tag.equals(Tag.BINARY)) {
            return json.textNode(text);
        }
        if (tag.equals(Tag.NULL)) {
            return json.nullNode();
        }
        if (tag.equals(Tag.BOOL) && (TRUE.contains(text) || FALSE.contains(text))) {
            return json.booleanNode(TRUE.contains(text));
        }
        if (tag.equals(Tag.INT) && INTEGER.matcher(text).matches()) {
            return integer(text.replace("_", ""));
        }
        if (tag.equals(Tag.FLOAT) && FLOAT.matcher(text).matches()) {
            return json.numberNode(Double.parseDouble(text));
        }
        throw new IllegalArgumentException("\"" + text + "\" is no " + tag.getValue());
    }

    private static JsonNode integer(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        BigInteger magnitude =
                digits.startsWith("0x")
                        ? new BigInteger(digits.substring(2), 16)
                        : digits.startsWith("0b")
                                ? new BigInteger(digits.substring(2), 2)
                                : digits.startsWith("0o")
                                        ? new BigInteger(digits.substring(2), 8)
                                        : digits.startsWith("0")
                                                ? new BigInteger(digits, 8)
                                                : new BigInteger(digits);
        BigInteger value = negative ? magnitude.negate() : magnitude;
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (value.bitLength() < Integer.SIZE) {
            return json.numberNode(value.intValue());
        }
        return value.bitLength() < Long.SIZE
                ? json.numberNode(value.longValue())
                : json.numberNode(value);
    }
}
