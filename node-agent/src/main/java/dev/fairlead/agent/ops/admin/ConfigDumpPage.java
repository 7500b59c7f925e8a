package dev.fairlead.agent.ops.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.fairlead.agent.ops.admin.ConfigDumpSource.Kind;
import dev.fairlead.agent.ops.admin.ConfigDumpSource.Rejection;
import dev.fairlead.agent.ops.admin.ConfigDumpSource.Resource;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code /config_dump}: a section for each kind of resource, in the shape of Envoy's
 * admin.v3.ConfigDump, and one of ours for workloads.
 */
final class ConfigDumpPage {

    private static final String TYPE = "type.googleapis.com/";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ConfigDumpSource source;

    ConfigDumpPage(ConfigDumpSource source) {
        this.source = source;
    }

    /**
     * How a kind is dumped.
     *
     * @param field that holds the entries; also what {@code ?resource=} calls them
     * @param item field of the resource in an entry
     */
    private record Section(
            Kind kind, String dumpType, String field, String entryType, String item, String type) {}

    private static final List<Section> SECTIONS =
            List.of(
                    envoy(
                            Kind.CLUSTER,
                            "ClustersConfigDump",
                            "dynamic_active_clusters",
                            "DynamicCluster",
                            "cluster",
                            "cluster.v3.Cluster"),
                    envoy(
                            Kind.LISTENER,
                            "ListenersConfigDump",
                            "dynamic_listeners",
                            "DynamicListener",
                            "listener",
                            "listener.v3.Listener"),
                    envoy(
                            Kind.ROUTE,
                            "RoutesConfigDump",
                            "dynamic_route_configs",
                            "DynamicRouteConfig",
                            "route_config",
                            "route.v3.RouteConfiguration"),
                    envoy(
                            Kind.ENDPOINT,
                            "EndpointsConfigDump",
                            "dynamic_endpoint_configs",
                            "DynamicEndpointConfig",
                            "endpoint_config",
                            "endpoint.v3.ClusterLoadAssignment"),
                    new Section(
                            Kind.WORKLOAD,
                            "fairlead.wire.v1.WorkloadsDump",
                            "dynamic_workloads",
                            "fairlead.wire.v1.WorkloadsDump.DynamicWorkload",
                            "workload",
                            "fairlead.wire.v1.Workload"));

    private static Section envoy(
            Kind kind, String dump, String field, String entry, String item, String type) {
        String dumpType = "envoy.admin.v3." + dump;
        return new Section(
                kind, dumpType, field, dumpType + "." + entry, item, "envoy.config." + type);
    }

    AdminResponse answer(AdminRequest request) {
        Pattern names = names(request.parameter("name_regex"));
        String only = request.parameter("resource");
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode configs = root.putArray("configs");
        if (only == null) {
            SECTIONS.forEach(section -> addSection(configs, section, names));
            return AdminResponse.json(root);
        }
        Section wanted =
                SECTIONS.stream()
                        .filter(section -> section.field().equals(only))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(unknownResource(only)));
        for (ObjectNode entry : entries(wanted, names)) {
            ObjectNode typed = configs.addObject().put("@type", TYPE + wanted.entryType());
            typed.setAll(entry);
        }
        return AdminResponse.json(root);
    }

    private static String unknownResource(String name) {
        return "resource \""
                + name
                + "\" is none of "
                + String.join(", ", SECTIONS.stream().map(Section::field).toList());
    }

    private static @Nullable Pattern names(@Nullable String expression) {
        try {
            return expression == null ? null : Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("name_regex is not RE2: " + e.getMessage(), e);
        }
    }

    private void addSection(ArrayNode configs, Section section, @Nullable Pattern names) {
        ObjectNode dump = configs.addObject().put("@type", TYPE + section.dumpType());
        dump.put("version_info", source.version());
        ArrayNode entries = dump.putArray(section.field());
        entries(section, names).forEach(entries::add);
    }

    private List<ObjectNode> entries(Section section, @Nullable Pattern names) {
        return source.resources(section.kind()).stream()
                .filter(each -> names == null || names.matcher(each.name()).find())
                .sorted(Comparator.comparing(Resource::name))
                .map(each -> entry(section, each))
                .toList();
    }

    private static ObjectNode entry(Section section, Resource resource) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        ObjectNode state = entry;
        if (section.kind() == Kind.LISTENER) {
            entry.put("name", resource.name());
            state = resource.json() == null ? entry : entry.putObject("active_state");
        }
        if (resource.json() != null) {
            state.put("version_info", resource.version());
            ObjectNode item = state.putObject(section.item());
            item.put("@type", TYPE + section.type());
            item.setAll(parse(resource.name(), resource.json()));
            state.put("last_updated", resource.updated().toString());
        }
        Rejection rejected = resource.rejected();
        if (rejected != null) {
            if (resource.json() == null) {
                entry.put("name", resource.name());
            }
            entry.putObject("error_state")
                    .put("version_info", rejected.version())
                    .put("details", rejected.details())
                    .put("last_update_attempt", rejected.time().toString());
        }
        return entry;
    }

    private static ObjectNode parse(String name, String json) {
        try {
            return (ObjectNode) MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("resource " + name + " is not JSON", e);
        }
    }
}
