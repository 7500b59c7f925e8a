package dev.fairlead.lab.cluster.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.lab.cluster.workloads.ServiceAddresses;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the cluster's names stand for: an immutable snapshot. Services, headless sets with their
 * host names, pods by dashed address; IPv4 only. Short names are the resolver's own affair, by its
 * search list.
 *
 * <p>Source: the Kubernetes DNS specification 1.1.0.
 */
public final class DnsZone {

    public static final String DOMAIN = "cluster.local";

    private final Map<String, Set<String>> addresses = new HashMap<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final Set<String> inner = new HashSet<>();

    /** What a name stands for. */
    public sealed interface Answer permits Addresses, Alias, NoData, NoSuchName, NotOurs {}

    /** A records, never empty. */
    public record Addresses(List<String> ips) implements Answer {}

    /** A CNAME to a name that may be outside, of an ExternalName Service. */
    public record Alias(String target) implements Answer {}

    /** The name is there, without records of the type asked for. */
    public record NoData() implements Answer {}

    public record NoSuchName() implements Answer {}

    /** The name is not under {@link #DOMAIN}. */
    public record NotOurs() implements Answer {}

    private DnsZone() {}

    /**
     * @param slices EndpointSlices as {@link Endpoints#slices} gives them
     */
    public static DnsZone of(Applied applied, List<ObjectNode> slices, List<PodState> pods) {
        DnsZone zone = new DnsZone();
        Backends backends = new Backends(slices);
        zone.add("kubernetes.default.svc." + DOMAIN, ServiceAddresses.KUBERNETES);
        zone.addInner("pod." + DOMAIN);
        applied.ofKind("Service").forEach(service -> zone.addService(service, backends));
        pods.stream()
                .filter(pod -> !pod.finished())
                .map(PodState::launch)
                .forEach(pod ->
                        zone.add(
                                pod.ip().replace('.', '-')
                                        + "."
                                        + pod.namespace()
                                        + ".pod."
                                        + DOMAIN,
                                pod.ip()));
        return zone;
    }

    private void addService(JsonNode service, Backends backends) {
        String name = Json.name(service) + "." + Json.namespace(service) + ".svc." + DOMAIN;
        String address = Json.text(service, "spec.clusterIP");
        if (Json.text(service, "spec.type").equals("ExternalName")) {
            aliases.put(name, Json.text(service, "spec.externalName"));
            addInner(name);
        } else if (address.equals("None")) {
            addInner(name);
            for (Backends.Backend backend : backends.all(service)) {
                String host =
                        backend.hostname().isEmpty()
                                ? backend.address().replace('.', '-')
                                : backend.hostname();
                add(name, backend.address());
                add(host + "." + name, backend.address());
            }
        } else if (!address.isEmpty()) {
            add(name, address);
        }
    }

    private void add(String name, String address) {
        String key = name.toLowerCase(Locale.ROOT);
        addresses.computeIfAbsent(key, absent -> new LinkedHashSet<>()).add(address);
        addInner(key);
    }

    /** The name and all names between it and the domain are there. */
    private void addInner(String name) {
        String at = name.toLowerCase(Locale.ROOT);
        while (at.endsWith(DOMAIN) && inner.add(at) && at.indexOf('.') > 0) {
            at = at.substring(at.indexOf('.') + 1);
        }
    }

    /** The A records of {@code name}, in any case, with or without the last dot. */
    public Answer a(String name) {
        String key = canonical(name);
        Set<String> found = addresses.get(key);
        return found == null ? without(key) : new Addresses(List.copyOf(found));
    }

    /** Of any other type, AAAA above all: none, but whether the name is there. */
    public Answer other(String name) {
        return without(canonical(name));
    }

    private Answer without(String key) {
        String alias = aliases.get(key);
        if (alias != null) {
            return new Alias(alias);
        }
        if (!key.equals(DOMAIN) && !key.endsWith("." + DOMAIN)) {
            return new NotOurs();
        }
        return key.equals(DOMAIN) || inner.contains(key) ? new NoData() : new NoSuchName();
    }

    private static String canonical(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
