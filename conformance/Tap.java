import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.tokens.SpiffeTls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stands between pilot-lite and the judging Envoys. Everything passes as it is, but for four things: listeners are
 * bound, since an Envoy has no agent that accepts for it; secrets, which pilot-lite does not serve, are
 * answered with a certificate of the run; of what pods send, the test network is internal, so that the Envoy obeys what
 * they ask of their own requests; and fields named in the file of mutations are taken out, so that a harness
 * which finds no difference then is found out.
 *
 * <p>Arguments: port, pilot-lite's host:port, node token, mesh bundle, certificate, key, mutations (read at each
 * response; a line is {@code full.message.Name.field}, or {@code full.message.Name.field=any}: in its place {@code any}
 * is true). Prints {@code ready}.
 */
public class Tap {

    private static final String TYPES = "type.googleapis.com/";
    private static final CidrRange NETWORK =
            CidrRange.newBuilder().setAddressPrefix("198.18.0.0").setPrefixLen(UInt32Value.of(15)).build();
    private static final String SECRET = TYPES + Secret.getDescriptor().getFullName();

    /** What is looked into, served as resource or inside an Any. */
    private static final Map<String, Message> KNOWN =
            Stream.<Message>of(
                            Listener.getDefaultInstance(),
                            RouteConfiguration.getDefaultInstance(),
                            Cluster.getDefaultInstance(),
                            ClusterLoadAssignment.getDefaultInstance(),
                            HttpConnectionManager.getDefaultInstance(),
                            HttpProtocolOptions.getDefaultInstance(),
                            HTTPFault.getDefaultInstance(),
                            CorsPolicy.getDefaultInstance(),
                            LocalRateLimit.getDefaultInstance(),
                            RBAC.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC
                                    .getDefaultInstance(),
                            JwtAuthentication.getDefaultInstance(),
                            ExtAuthz.getDefaultInstance())
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    message -> TYPES + message.getDescriptorForType().getFullName(),
                                    Function.identity()));

    private final String bundle;
    private final String certificate;
    private final String key;
    private final Path mutations;

    private Tap(String bundle, String certificate, String key, Path mutations) {
        this.bundle = bundle;
        this.certificate = certificate;
        this.key = key;
        this.mutations = mutations;
    }

    public static void main(String[] arguments) throws Exception {
        var tap =
                new Tap(
                        Files.readString(Path.of(arguments[3])),
                        Files.readString(Path.of(arguments[4])),
                        Files.readString(Path.of(arguments[5])),
                        Path.of(arguments[6]));
        var authorization = new Metadata();
        authorization.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + Files.readString(Path.of(arguments[2])).strip());
        ManagedChannel pilot =
                SpiffeTls.channel(arguments[1], Path.of(arguments[3]), SpiffeId.pilot("cluster.local"))
                        .intercept(MetadataUtils.newAttachHeadersInterceptor(authorization))
                        .maxInboundMessageSize(64 << 20)
                        .build();
        var server =
                NettyServerBuilder.forAddress(new InetSocketAddress("0.0.0.0", Integer.parseInt(arguments[0])))
                        .addService(tap.service(pilot))
                        .build()
                        .start();
        System.out.println("ready");
        server.awaitTermination();
    }

    private AggregatedDiscoveryServiceImplBase service(ManagedChannel pilot) {
        return new AggregatedDiscoveryServiceImplBase() {
            @Override
            public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                    StreamObserver<DeltaDiscoveryResponse> envoy) {
                return requests(envoy, AggregatedDiscoveryServiceGrpc.newStub(pilot).deltaAggregatedResources(responses(envoy)));
            }
        };
    }

    private StreamObserver<DeltaDiscoveryRequest> requests(
            StreamObserver<DeltaDiscoveryResponse> envoy, StreamObserver<DeltaDiscoveryRequest> pilot) {
        return new StreamObserver<>() {
            @Override
            public void onNext(DeltaDiscoveryRequest request) {
                if (request.hasErrorDetail()) {
                    System.err.println("NACK " + request.getTypeUrl() + ": " + request.getErrorDetail().getMessage());
                }
                if (!request.getTypeUrl().equals(SECRET)) {
                    pilot.onNext(request);
                } else if (request.getResourceNamesSubscribeCount() > 0) {
                    answer(envoy, secrets(request.getResourceNamesSubscribeList()));
                }
            }

            @Override
            public void onError(Throwable failure) {
                pilot.onError(failure);
            }

            @Override
            public void onCompleted() {
                pilot.onCompleted();
            }
        };
    }

    private StreamObserver<DeltaDiscoveryResponse> responses(StreamObserver<DeltaDiscoveryResponse> envoy) {
        return new StreamObserver<>() {
            @Override
            public void onNext(DeltaDiscoveryResponse response) {
                try {
                    answer(envoy, edited(response));
                } catch (Exception failure) {
                    failure.printStackTrace();
                    envoy.onError(failure);
                }
            }

            @Override
            public void onError(Throwable failure) {
                envoy.onError(failure);
            }

            @Override
            public void onCompleted() {
                envoy.onCompleted();
            }
        };
    }

    /** Two threads speak to Envoy: pilot-lite's answers, and ours about secrets. */
    private static void answer(StreamObserver<DeltaDiscoveryResponse> envoy, DeltaDiscoveryResponse response) {
        synchronized (envoy) {
            envoy.onNext(response);
        }
    }

    private DeltaDiscoveryResponse secrets(List<String> names) {
        var response = DeltaDiscoveryResponse.newBuilder().setTypeUrl(SECRET).setNonce("secrets");
        for (String name : names) {
            var secret = Secret.newBuilder().setName(name);
            if (name.equals("ROOTCA")) {
                secret.setValidationContext(CertificateValidationContext.newBuilder().setTrustedCa(inline(bundle)));
            } else {
                secret.setTlsCertificate(
                        TlsCertificate.newBuilder().setCertificateChain(inline(certificate)).setPrivateKey(inline(key)));
            }
            response.addResources(
                    Resource.newBuilder().setName(name).setVersion("1").setResource(Any.pack(secret.build())));
        }
        return response.build();
    }

    private static DataSource inline(String text) {
        return DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8(text)).build();
    }

    private DeltaDiscoveryResponse edited(DeltaDiscoveryResponse response) throws Exception {
        Map<String, String> cleared = Files.exists(mutations) ? mutations(Files.readAllLines(mutations)) : Map.of();
        var edited = response.toBuilder();
        for (var resource : edited.getResourcesBuilderList()) {
            resource.setResource((Any) without(bound(resource.getResource()), cleared));
        }
        return edited.build();
    }

    /** By field, what stands in its place; empty: nothing. */
    private static Map<String, String> mutations(List<String> lines) {
        return lines.stream()
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts.length > 1 ? parts[1] : ""));
    }

    private static Any bound(Any resource) throws InvalidProtocolBufferException {
        if (!resource.is(Listener.class)) {
            return resource;
        }
        Listener.Builder listener = resource.unpack(Listener.class).toBuilder();
        if (!listener.getName().startsWith("outbound|")) {
            return Any.pack(listener.clearBindToPort().build());
        }
        for (var chain : listener.getFilterChainsBuilderList()) {
            for (var filter : chain.getFiltersBuilderList()) {
                if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                    var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder();
                    manager.getInternalAddressConfigBuilder().addCidrRanges(NETWORK);
                    filter.setTypedConfig(Any.pack(manager.build()));
                }
            }
        }
        return Any.pack(listener.clearBindToPort().build());
    }

    /** The message without those fields, at whatever depth. */
    private static Message without(Message message, Map<String, String> cleared) throws InvalidProtocolBufferException {
        if (cleared.isEmpty()) {
            return message;
        }
        if (message instanceof Any any) {
            Message known = KNOWN.get(any.getTypeUrl());
            return known == null
                    ? any
                    : Any.pack(without(known.getParserForType().parseFrom(any.getValue()), cleared));
        }
        Message.Builder edited = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            String instead = cleared.get(field.getFullName());
            if (instead != null) {
                edited.clearField(field);
                if (!instead.isEmpty()) {
                    edited.setField(message.getDescriptorForType().findFieldByName(instead), true);
                }
            } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                if (field.isRepeated()) {
                    edited.clearField(field);
                    for (Object item : (List<?>) entry.getValue()) {
                        edited.addRepeatedField(field, without((Message) item, cleared));
                    }
                } else {
                    edited.setField(field, without((Message) entry.getValue(), cleared));
                }
            }
        }
        return edited.build();
    }
}
