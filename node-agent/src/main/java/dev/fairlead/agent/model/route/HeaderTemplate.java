package dev.fairlead.agent.model.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The value of a configured header: text, and facts of the request that it is made for.
 *
 * <p>Source: Envoy, "Custom request/response headers", "Access logging", command operators. A fact
 * that is not known is nothing at all.
 */
public record HeaderTemplate(List<Part> parts) {

    public HeaderTemplate {
        parts = List.copyOf(parts);
    }

    /** Always this text. */
    public static HeaderTemplate of(String text) {
        return new HeaderTemplate(List.of(new Part.Text(text)));
    }

    /** One piece of the value. */
    public sealed interface Part {

        record Text(String text) implements Part {}

        /** {@code %START_TIME%} and others without arguments. */
        record Known(HeaderFact fact) implements Part {}

        /**
         * {@code %REQ(name?other):length%} or {@code %RESP(…)%}.
         *
         * @param other is asked where there is no {@code name}; null: none
         * @param length at most; 0: as it is
         */
        record Header(boolean ofResponse, String name, @Nullable String other, int length)
                implements Part {}
    }

    public String format(HeaderFacts facts) {
        if (parts.size() == 1 && parts.getFirst() instanceof Part.Text(String text)) {
            return text;
        }
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            String piece = format(parts.get(i), facts);
            if (piece != null) {
                value.append(piece);
            }
        }
        return value.toString();
    }

    private static @Nullable String format(Part part, HeaderFacts facts) {
        return switch (part) {
            case Part.Text(String text) -> text;
            case Part.Known(HeaderFact fact) -> facts.known(fact);
            case Part.Header(boolean ofResponse, String name, String other, int length) -> {
                String value = facts.header(ofResponse, name);
                if (value == null && other != null) {
                    value = facts.header(ofResponse, other);
                }
                yield value != null && length > 0 && value.length() > length
                        ? value.substring(0, length)
                        : value;
            }
        };
    }
}
