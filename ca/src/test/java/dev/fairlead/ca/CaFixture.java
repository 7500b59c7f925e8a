package dev.fairlead.ca;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient;
import dev.fairlead.wire.tokens.BearerToken;
import dev.fairlead.wire.tokens.Caller;
import dev.fairlead.wire.tokens.NodeTokens;
import dev.fairlead.wire.tokens.SpiffeTls;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A ca in this process, with the tokens of node-1, node-2 and pilot-lite. */
final class CaFixture implements AutoCloseable {

    static final String TRUST_DOMAIN = "cluster.local";

    final Path folder;
    final ObjectDirectory observed;
    final ObjectDirectory applied;
    final CertificateAuthority ca;
    private final List<ManagedChannel> channels = new ArrayList<>();

    CaFixture(Path folder, @Nullable Duration lifetime) throws IOException {
        this.folder = folder;
        List<NodeTokens.Entry> tokens = new ArrayList<>();
        for (Caller caller :
                List.of(new Caller.Node("node-1"), new Caller.Node("node-2"), new Caller.Pilot())) {
            tokens.add(NodeTokens.mint(tokenFile(caller), caller, new SecureRandom()));
        }
        NodeTokens.write(folder.resolve("tokens.json"), tokens);
        observed = new ObjectDirectory(folder.resolve("cluster/observed"));
        applied = new ObjectDirectory(folder.resolve("cluster/applied"));
        ca = CertificateAuthority.start(config(folder, lifetime), Clock.systemUTC());
    }

    static CaConfig config(Path folder, @Nullable Duration lifetime) {
        return new CaConfig(
                new CaConfig.Directory(
                        folder.resolve("cluster"),
                        folder.resolve("ca"),
                        folder.resolve("tokens.json"),
                        folder.resolve("root.pem")),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TRUST_DOMAIN,
                lifetime);
    }

    Path tokenFile(Caller caller) {
        return folder.resolve(caller.subject().replace('/', '-') + ".token");
    }

    ManagedChannel channel(SpiffeId expected) {
        ManagedChannel channel =
                SpiffeTls.channel("127.0.0.1:" + ca.port(), folder.resolve("root.pem"), expected)
                        .build();
        channels.add(channel);
        return channel;
    }

    CertificateClient client(Caller caller) {
        return new CertificateClient(
                channel(SpiffeId.ca(TRUST_DOMAIN)), new BearerToken(tokenFile(caller)));
    }

    void pod(String name, String node, String account, String phase) throws IOException {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        pod.putObject("spec").put("nodeName", node).put("serviceAccountName", account);
        pod.putObject("status").put("phase", phase);
        observed.put(new ObjectKey("", "Pod", "default", name), pod);
        observed.commit();
    }

    static SpiffeId account(String name) {
        return new SpiffeId(TRUST_DOMAIN, "default", name);
    }

    @Override
    public void close() throws IOException {
        channels.forEach(ManagedChannel::shutdownNow);
        ca.close();
        observed.close();
        applied.close();
    }
}
