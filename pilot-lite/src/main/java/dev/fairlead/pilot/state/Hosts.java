package dev.fairlead.pilot.state;

import java.util.ArrayList;
import java.util.List;

/** Host names as objects give them. */
public final class Hosts {

    private Hosts() {}

    /**
     * The full name that {@code host} stands for in an object of {@code namespace}: a name without
     * a dot is a Service of that namespace; everything else is taken as it is.
     *
     * <p>Source: istio.io VirtualService.hosts.
     */
    public static String qualified(String host, String namespace) {
        return host.contains(".") || host.startsWith("*")
                ? host
                : host + "." + namespace + "." + Service.DOMAIN;
    }

    /** Whether {@code pattern}, a name, {@code *} or {@code *.suffix}, takes {@code host}. */
    public static boolean matches(String pattern, String host) {
        return pattern.startsWith("*")
                ? host.endsWith(pattern.substring(1)) && host.length() >= pattern.length()
                : pattern.equals(host);
    }

    /** Greater for what is more specific: full names first, then longer suffixes. */
    public static int specificity(String pattern) {
        return pattern.startsWith("*") ? pattern.length() : Integer.MAX_VALUE;
    }

    /**
     * The names by which pods of {@code clientNamespace} may call a Service; of a headless one also
     * those below them, which are its pods'.
     */
    public static List<String> namesOf(Service service, String clientNamespace) {
        List<String> names = new ArrayList<>();
        String inNamespace = service.name() + "." + service.namespace();
        names.add(service.fqdn());
        names.add(service.fqdn() + "."); // what a resolver was told not to complete
        names.add(inNamespace + ".svc");
        names.add(inNamespace);
        if (service.namespace().equals(clientNamespace)) {
            names.add(service.name());
        }
        if (service.headless()) {
            names.addAll(names.stream().map(name -> "*." + name).toList());
        }
        names.addAll(service.addresses());
        return names;
    }
}
