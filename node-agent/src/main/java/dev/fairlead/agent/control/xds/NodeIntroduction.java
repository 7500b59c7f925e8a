package dev.fairlead.agent.control.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;

/** How an agent introduces itself: its node, version, and the profile that it understands. */
final class NodeIntroduction {

    private static final String PROFILE_KEY = "FAIRLEAD_PROFILE";
    private static final int PROFILE = 8;

    private NodeIntroduction() {}

    static Node of(String name, String version) {
        var profile = Value.newBuilder().setNumberValue(PROFILE).build();
        return Node.newBuilder()
                .setId(name)
                .setUserAgentName("fairlead-agent")
                .setUserAgentVersion(version)
                .setMetadata(Struct.newBuilder().putFields(PROFILE_KEY, profile))
                .build();
    }
}
