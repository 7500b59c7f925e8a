package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.EndpointSlice;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.NetworkPolicy;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.List;
import java.util.Map;

/**
 * What a source has read: Kubernetes' own objects decoded, those of configuration as they were
 * written, for they have yet to be judged. Parts that did not change are the same objects again.
 *
 * @param configs objects of the kinds that {@code ConfigReader} owns, and ConfigMap mesh
 * @param plain objects that are reported accepted as they are
 * @param namespaces by name
 * @param services oldest first
 * @param pods by UID
 * @param nodes by name
 */
public record Inventory(
        long appliedRevision,
        long observedRevision,
        Map<ObjectKey, JsonNode> configs,
        List<Meta> plain,
        Map<String, Namespace> namespaces,
        List<Service> services,
        List<EndpointSlice> slices,
        Map<String, Pod> pods,
        Map<String, Node> nodes,
        List<NetworkPolicy> networkPolicies) {

    public static final ObjectKey MESH = new ObjectKey("", "ConfigMap", "fairlead-system", "mesh");
}
