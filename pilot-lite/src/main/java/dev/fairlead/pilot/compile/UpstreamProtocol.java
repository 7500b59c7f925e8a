package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.DestinationRule.H2Upgrade;
import dev.fairlead.pilot.state.DestinationRule.HttpPool;
import dev.fairlead.pilot.state.Protocol;
import org.jspecify.annotations.Nullable;

/** What the endpoints of a cluster are spoken to in. */
public enum UpstreamProtocol {
    /** Bytes; no HTTP route leads there by itself. */
    OPAQUE,
    HTTP1,
    HTTP2,
    /** In what the client speaks. */
    DOWNSTREAM;

    /**
     * Towards a Service's port. A rule that asks for an upgrade has it on any port, the mesh's
     * setting on those that are declared HTTP.
     *
     * @param detected whether HTTP is looked for on undeclared ports
     * @param pool what the DestinationRule says, null: nothing
     * @param upgrade the mesh's setting
     */
    static UpstreamProtocol outbound(
            Protocol declared, boolean detected, @Nullable HttpPool pool, boolean upgrade) {
        if (pool != null && pool.useClientProtocol()) {
            return DOWNSTREAM;
        }
        boolean upgraded =
                switch (pool == null ? H2Upgrade.DEFAULT : pool.upgrade()) {
                    case UPGRADE -> true;
                    case DO_NOT_UPGRADE -> false;
                    case DEFAULT -> upgrade && declared.isHttp();
                };
        return upgraded ? HTTP2 : declared(declared, detected);
    }

    /** As the Service says: so an application is spoken to by its own agent. */
    static UpstreamProtocol declared(Protocol declared, boolean detected) {
        return switch (declared) {
            case HTTP -> HTTP1;
            case HTTP2 -> HTTP2;
            case TCP, TLS, UDP -> OPAQUE;
            case UNDECLARED -> detected ? DOWNSTREAM : OPAQUE;
        };
    }
}
