package dev.fairlead.pilot.state;

import java.util.List;

/**
 * An expression over the attributes of a request, as far as it can be asked of one that is just
 * coming in. Source: istio.io 1.2, "Expression Language".
 */
public sealed interface AttributeExpression {

    /** What is text. */
    sealed interface Text extends AttributeExpression {}

    /** What is true or false. */
    sealed interface Truth extends AttributeExpression {}

    record Literal(String value) implements Text {}

    /**
     * An attribute.
     *
     * @param key of an attribute that is a map; else empty
     */
    record Attribute(String name, String key) implements Text {

        /** Whether a pod's requests all have the same. */
        public boolean isOfDestination() {
            return name.startsWith("destination.") || name.startsWith("context.");
        }

        public boolean isAddress() {
            return name.equals("source.ip");
        }
    }

    /** The first of these that there is; {@code a | b}. */
    record First(List<Text> alternatives) implements Text {
        public First {
            alternatives = List.copyOf(alternatives);
        }
    }

    record Constant(boolean value) implements Truth {}

    /** Whether the caller has a certificate; {@code connection.mtls}. */
    record Mutual() implements Truth {}

    record Same(Text one, Text other) implements Truth {}

    record Like(Text text, StringMatch pattern) implements Truth {}

    record Both(Truth one, Truth other) implements Truth {}

    record Either(Truth one, Truth other) implements Truth {}

    record Not(Truth one) implements Truth {}
}
