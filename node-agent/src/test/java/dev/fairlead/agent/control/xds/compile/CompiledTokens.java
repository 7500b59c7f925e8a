package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.token.JwtAuthn;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;

/** The way from the wire to the model, for tests of other packages. */
public final class CompiledTokens {

    private CompiledTokens() {}

    public static JwtAuthn of(JwtAuthentication config) {
        try {
            Profile.check(config);
            return JwtAuthns.compile(config, Replies.Reply.USUAL, At.ROOT);
        } catch (Refusal e) {
            throw new IllegalArgumentException(e);
        }
    }
}
