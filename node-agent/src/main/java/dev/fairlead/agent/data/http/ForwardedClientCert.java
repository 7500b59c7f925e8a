package dev.fairlead.agent.data.http;

import dev.fairlead.wire.identity.SpiffeId;

/**
 * The value of {@code x-forwarded-client-cert}: who called, told to the application by the side
 * that verified it. Source: Envoy, "HTTP header manipulation", x-forwarded-client-cert.
 */
public final class ForwardedClientCert {

    private ForwardedClientCert() {}

    /**
     * @param by the called workload
     * @param hash SHA-256 of the caller's certificate, lower-case hex
     */
    public static String of(SpiffeId by, String hash, SpiffeId caller) {
        return "By=" + by.uri() + ";Hash=" + hash + ";Subject=\"\";URI=" + caller.uri();
    }
}
