package dev.fairlead.agent.data.http2;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one HEADERS frame as Netty's codec reads and writes them, kept in the form in which
 * everything else of ours works on them: pseudo-headers apart, the others in an {@link
 * HttpHeaders}. Nothing is copied on either way.
 *
 * <p>What comes in is checked as it is added; an {@link IllegalArgumentException} makes the codec
 * reset the stream with PROTOCOL_ERROR. Thread: the connection's loop.
 */
public final class Head extends DefaultHttp2Headers {

    static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private static final AsciiString COOKIE = HttpHeaderNames.COOKIE;

    private final HttpHeaders headers;
    private @Nullable CharSequence method;
    private @Nullable CharSequence scheme;
    private @Nullable CharSequence authority;
    private @Nullable CharSequence path;
    private @Nullable CharSequence protocol;
    private @Nullable CharSequence status;

    /** Empty, to be read into. */
    Head() {
        this(UNCHECKED.newHeaders());
    }

    private Head(HttpHeaders headers) {
        super(false, 2);
        this.headers = headers;
    }

    /** Around {@code headers}, to be written: what HTTP/2 does not have is left out. */
    static Head writing(HttpHeaders headers) {
        return new Head(headers);
    }

    /** All but the pseudo-headers. */
    public HttpHeaders headers() {
        return headers;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        if (name.length() > 0 && name.charAt(0) == ':') {
            addPseudo(name, value);
        } else if (!FieldSyntax.validName(name)) {
            throw new IllegalArgumentException("field name");
        } else if (!FieldSyntax.validValue(value)) {
            throw new IllegalArgumentException("field value");
        } else if (name.length() == COOKIE.length()
                && COOKIE.contentEquals(name)
                && headers.contains(COOKIE)) {
            headers.set(COOKIE, headers.get(COOKIE) + "; " + value); // RFC 9113 §8.2.3
        } else {
            headers.add(name, (Object) value);
        }
        return this;
    }

    private void addPseudo(CharSequence name, CharSequence value) {
        CharSequence before;
        switch (PseudoHeaderName.getPseudoHeader(name)) {
            case METHOD -> {
                before = method;
                method = value;
            }
            case SCHEME -> {
                before = scheme;
                scheme = value;
            }
            case AUTHORITY -> {
                before = authority;
                authority = value;
            }
            case PATH -> {
                before = path;
                path = value;
            }
            case PROTOCOL -> {
                before = protocol;
                protocol = value;
            }
            case STATUS -> {
                before = status;
                status = value;
            }
            case null -> throw new IllegalArgumentException("unknown pseudo-header");
        }
        if (before != null || !FieldSyntax.validValue(value)) {
            throw new IllegalArgumentException("pseudo-header twice, or not a value");
        }
    }

    @Override
    public @Nullable CharSequence method() {
        return method;
    }

    @Override
    public Http2Headers method(CharSequence value) {
        method = value;
        return this;
    }

    @Override
    public @Nullable CharSequence scheme() {
        return scheme;
    }

    @Override
    public Http2Headers scheme(CharSequence value) {
        scheme = value;
        return this;
    }

    @Override
    public @Nullable CharSequence authority() {
        return authority;
    }

    @Override
    public Http2Headers authority(CharSequence value) {
        authority = value;
        return this;
    }

    @Override
    public @Nullable CharSequence path() {
        return path;
    }

    @Override
    public Http2Headers path(CharSequence value) {
        path = value;
        return this;
    }

    /** {@code :protocol} of an extended CONNECT. Source: RFC 8441 §4. */
    public @Nullable CharSequence protocol() {
        return protocol;
    }

    void protocol(CharSequence value) {
        protocol = value;
    }

    @Override
    public @Nullable CharSequence status() {
        return status;
    }

    @Override
    public Http2Headers status(CharSequence value) {
        status = value;
        return this;
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // a String is a CharSequence
    public List<CharSequence> getAll(CharSequence name) {
        return (List) headers.getAll(name);
    }

    @Override
    public Http2Headers setLong(CharSequence name, long value) {
        headers.set(name, Long.toString(value));
        return this;
    }

    @Override
    public int size() {
        return headers.size() + pseudoCount();
    }

    @Override
    public boolean isEmpty() {
        return size() == 0;
    }

    private int pseudoCount() {
        int count = 0;
        for (int i = 0; i < PSEUDO.length; i++) {
            count += pseudo(i) == null ? 0 : 1;
        }
        return count;
    }

    private static final AsciiString[] PSEUDO = {
        PseudoHeaderName.STATUS.value(),
        PseudoHeaderName.METHOD.value(),
        PseudoHeaderName.SCHEME.value(),
        PseudoHeaderName.AUTHORITY.value(),
        PseudoHeaderName.PATH.value(),
        PseudoHeaderName.PROTOCOL.value()
    };

    private @Nullable CharSequence pseudo(int index) {
        return switch (index) {
            case 0 -> status;
            case 1 -> method;
            case 2 -> scheme;
            case 3 -> authority;
            case 4 -> path;
            default -> protocol;
        };
    }

    /** Pseudo-headers, then the others, each valid only until the next is asked for. */
    @Override
    public Iterator<Map.Entry<CharSequence, CharSequence>> iterator() {
        return new Fields();
    }

    private final class Fields
            implements Iterator<Map.Entry<CharSequence, CharSequence>>,
                    Map.Entry<CharSequence, CharSequence> {

        private final Iterator<Map.Entry<CharSequence, CharSequence>> rest =
                headers.iteratorCharSequence();
        private int nextPseudo;
        private @Nullable CharSequence nextName;
        private @Nullable CharSequence nextValue;
        private CharSequence name = "";
        private CharSequence value = "";

        Fields() {
            advance();
        }

        private void advance() {
            nextName = null;
            while (nextPseudo < PSEUDO.length) {
                CharSequence pseudo = pseudo(nextPseudo);
                nextPseudo++;
                if (pseudo != null) {
                    nextName = PSEUDO[nextPseudo - 1];
                    nextValue = pseudo;
                    return;
                }
            }
            while (rest.hasNext()) {
                Map.Entry<CharSequence, CharSequence> entry = rest.next();
                CharSequence lower = HopNames.lowerCase(entry.getKey());
                if (!HopNames.ofHttp1(lower, entry.getValue())) {
                    nextName = lower;
                    nextValue = entry.getValue();
                    return;
                }
            }
        }

        @Override
        public boolean hasNext() {
            return nextName != null;
        }

        @Override
        public Map.Entry<CharSequence, CharSequence> next() {
            CharSequence currentName = nextName;
            CharSequence currentValue = nextValue;
            if (currentName == null || currentValue == null) {
                throw new java.util.NoSuchElementException();
            }
            name = currentName;
            value = currentValue;
            advance();
            return this;
        }

        @Override
        public CharSequence getKey() {
            return name;
        }

        @Override
        public CharSequence getValue() {
            return value;
        }

        @Override
        public CharSequence setValue(CharSequence now) {
            throw new UnsupportedOperationException();
        }
    }
}
