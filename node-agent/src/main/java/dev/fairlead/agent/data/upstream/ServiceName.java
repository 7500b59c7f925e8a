package dev.fairlead.agent.data.upstream;

/**
 * A service as metrics label it.
 *
 * @param host FQDN, or what stands for it
 */
public record ServiceName(String host, String name, String namespace) {

    private static final String KUBERNETES = ".svc.";

    /** The service that a cluster's stat name {@code direction|port|subset|fqdn} is of. */
    public static ServiceName ofCluster(String statName) {
        int bar = statName.lastIndexOf('|');
        return ofHost(bar < 0 ? statName : statName.substring(bar + 1));
    }

    /** The parts of {@code name.namespace.svc.domain}; other hosts are a name of their own. */
    public static ServiceName ofHost(String host) {
        int dot = host.indexOf('.');
        int svc = host.indexOf(KUBERNETES);
        if (dot < 0 || svc <= dot) {
            return new ServiceName(host.isEmpty() ? "unknown" : host, host, "unknown");
        }
        return new ServiceName(host, host.substring(0, dot), host.substring(dot + 1, svc));
    }
}
