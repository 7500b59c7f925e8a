package dev.fairlead.agent.data.http;

import dev.fairlead.agent.model.listener.ForwardClientCert;
import dev.fairlead.agent.model.listener.ForwardClientCert.Form;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.handler.codec.http.HttpHeaders;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one connection's requests tell in {@code x-forwarded-client-cert}: who called, as the side
 * says that verified it. Made once a connection. Source: Envoy, "HTTP header manipulation".
 */
public final class ForwardedClientCert {

    private final boolean forwards;
    private final @Nullable String own;

    private ForwardedClientCert(boolean forwards, @Nullable String own) {
        this.forwards = forwards;
        this.own = own;
    }

    /**
     * @param by the called workload
     * @param caller what it has proven itself with, leaf first; empty: nothing
     */
    public static ForwardedClientCert of(
            ForwardClientCert how, SpiffeId by, List<X509Certificate> caller) {
        if (caller.isEmpty()) {
            return new ForwardedClientCert(how.form() == Form.ALWAYS_FORWARD_ONLY, null);
        }
        return switch (how.form()) {
            case SANITIZE -> new ForwardedClientCert(false, null);
            case FORWARD_ONLY, ALWAYS_FORWARD_ONLY -> new ForwardedClientCert(true, null);
            case APPEND_FORWARD ->
                    new ForwardedClientCert(true, ClientCertDetails.of(how, by, caller));
            case SANITIZE_SET ->
                    new ForwardedClientCert(false, ClientCertDetails.of(how, by, caller));
        };
    }

    /** What of the header passes; null: nothing. To be asked before it is taken off. */
    public @Nullable String passing(HttpHeaders headers) {
        if (!forwards) {
            return null;
        }
        List<String> values = headers.getAll(HeaderNames.X_FORWARDED_CLIENT_CERT);
        return values.isEmpty() ? null : String.join(",", values);
    }

    /** Puts the header in, where it has been taken off. */
    public void set(HttpHeaders headers, @Nullable String passing) {
        if (own == null) {
            if (passing != null) {
                headers.set(HeaderNames.X_FORWARDED_CLIENT_CERT, passing);
            }
        } else {
            headers.set(
                    HeaderNames.X_FORWARDED_CLIENT_CERT,
                    passing == null || passing.isEmpty() ? own : passing + "," + own);
        }
    }

    /** The two together, where nothing else takes it off. */
    public void replace(HttpHeaders headers) {
        String passing = passing(headers);
        headers.remove(HeaderNames.X_FORWARDED_CLIENT_CERT);
        set(headers, passing);
    }
}
