package dev.fairlead.agent.model.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request head as routing and policy read it: the same parsed head that is forwarded. Names of
 * headers are asked in lower case; the pseudo names {@code :method :path :authority :scheme} are
 * answered by their own methods, never by {@link #header}.
 */
public interface RequestView {

    /** Of a connection that is asked about as a whole: nothing is there. */
    RequestView NONE =
            new RequestView() {
                @Override
                public String method() {
                    return "";
                }

                @Override
                public String path() {
                    return "";
                }

                @Override
                public String authority() {
                    return "";
                }

                @Override
                public String scheme() {
                    return "";
                }

                @Override
                public @Nullable String header(String lowerCaseName) {
                    return null;
                }

                @Override
                public @Nullable String value(String name) {
                    return null;
                }
            };

    String method();

    /** Path with query, as sent: {@code /reviews/0?x=1}. */
    String path();

    /** Host with port as sent; empty where an HTTP/1.0 request has none. */
    String authority();

    /** {@code http} or {@code https}. */
    String scheme();

    /** First value of a header, or null. */
    @Nullable String header(String lowerCaseName);

    /** The value of a header or pseudo header; null where there is none. */
    default @Nullable String value(String name) {
        return switch (name) {
            case ":method" -> method();
            case ":authority", "host" -> authority();
            case ":scheme" -> scheme();
            case ":path" -> method().equals("CONNECT") ? null : path(); // it has an authority only
            default -> header(name);
        };
    }

    /** All values of a header. */
    default List<String> headers(String lowerCaseName) {
        String only = header(lowerCaseName);
        return only == null ? List.of() : List.of(only);
    }
}
