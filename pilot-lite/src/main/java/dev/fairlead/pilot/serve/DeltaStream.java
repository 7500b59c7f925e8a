package dev.fairlead.pilot.serve;

import com.google.common.util.concurrent.MoreExecutors;
import dev.fairlead.pilot.compile.Same;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.generate.VersionedResource;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's ADS stream. Changes go out in the order clusters, endpoints, listeners, routes, each
 * after the client has what it stands on; what is gone is removed last, after its users. One
 * response per type is under way at a time.
 *
 * <p>Owner: a serial executor; gRPC's callbacks and new snapshots are handed to it.
 */
final class DeltaStream implements StreamObserver<DeltaDiscoveryRequest> {

    private static final Logger log = LoggerFactory.getLogger(DeltaStream.class);

    private final String node;
    private final ServerCallStreamObserver<DeltaDiscoveryResponse> responses;
    private final Agents agents;
    private final Executor serial;
    private final Patience forEndpoints;
    private final Patience forRoutes;
    private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
    private @Nullable Client client;
    private Rejections rejections = new Rejections();
    private @Nullable Snapshot snapshot;
    private final Map<ResourceType, Met> met = new EnumMap<>(ResourceType.class);
    private Map<ResourceType, Map<String, VersionedResource>> present = Map.of();
    private long nonces;
    private boolean ended;

    /** When all needs were met: of which resources, and how the subscriptions were then. */
    private record Met(Map<String, VersionedResource> users, long userEdits, long neededEdits) {
        boolean isAs(@Nullable Met other) {
            return other != null
                    && Same.object(users, other.users)
                    && userEdits == other.userEdits
                    && neededEdits == other.neededEdits;
        }
    }

    DeltaStream(
            String node,
            ServerCallStreamObserver<DeltaDiscoveryResponse> responses,
            Agents agents,
            Executor executor) {
        this.node = node;
        this.responses = responses;
        this.agents = agents;
        this.serial = MoreExecutors.newSequentialExecutor(executor);
        this.forEndpoints = new Patience(() -> serial.execute(this::pump));
        this.forRoutes = new Patience(() -> serial.execute(this::pump));
        responses.disableAutoRequest(); // the next request is taken when this one is dealt with
        responses.setOnReadyHandler(() -> serial.execute(this::pump)); // see send
        responses.setOnCancelHandler(() -> serial.execute(this::end));
        responses.request(1);
    }

    /** The client of this stream, or null before its first request. Stream's executor only. */
    @Nullable Client client() {
        return client;
    }

    Rejections rejections() {
        return rejections;
    }

    /** Serve this from now on. Thread: any. */
    void offer(Snapshot next) {
        serial.execute(() -> take(next));
    }

    @Override
    public void onNext(DeltaDiscoveryRequest request) {
        serial.execute(() -> {
            if (!ended) {
                handle(request);
                responses.request(1);
            }
        });
    }

    @Override
    public void onError(Throwable cause) {
        serial.execute(this::end);
    }

    @Override
    public void onCompleted() {
        serial.execute(() -> {
            if (!ended) {
                responses.onCompleted();
            }
            end();
        });
    }

    private void end() {
        if (!ended) {
            ended = true;
            forEndpoints.cancel();
            forRoutes.cancel();
            agents.left(this, client);
        }
    }

    private void refuse(Status status) {
        log.warn("stream refused node={} reason=\"{}\"", node, status.getDescription());
        responses.onError(status.asRuntimeException());
        end();
    }

    private void take(Snapshot next) {
        if (snapshot != null && next.revisions().generation() < snapshot.revisions().generation()) {
            return; // overtaken by a newer one
        }
        snapshot = next;
        refresh();
        pump();
    }

    private void refresh() {
        Client known = client;
        if (ended || known == null || snapshot == null) {
            return;
        }
        var resources = known.resources(snapshot);
        if (resources == null) {
            refuse(Status.FAILED_PRECONDITION.withDescription(known + ": no such pod on the node"));
            return;
        }
        present = resources;
        rejections.retain(r -> {
            VersionedResource now = of(r.type()).get(r.resource());
            return now != null && now.version().equals(r.version());
        });
    }

    private Map<String, VersionedResource> of(ResourceType type) {
        return present.getOrDefault(type, Map.of());
    }

    private void handle(DeltaDiscoveryRequest request) {
        if (client == null) {
            client = Client.of(node, request.getNode());
            rejections = agents.joined(this, client);
            refresh();
        }
        ResourceType type = ResourceType.of(request.getTypeUrl());
        if (type == null) { // secrets: the client finds those itself
            log.debug("not served node={} type={}", node, request.getTypeUrl());
            return;
        }
        Subscription subscription = subscriptions.get(type);
        if (subscription == null) {
            subscriptions.put(type, new Subscription(type, rejections, request));
        } else {
            refused(type, subscription.answered(request));
            subscription.change(request);
        }
        pump();
    }

    private void refused(ResourceType type, Map<String, String> refused) {
        refused.forEach((name, reason) ->
                log.warn(
                        "resource refused node={} type={} resource=\"{}\" reason=\"{}\"",
                        node,
                        type,
                        name,
                        reason));
        agents.refused(type, refused.size());
    }

    /** Sends whatever may be sent now. Called after every event. */
    private void pump() {
        if (ended || snapshot == null || client == null) {
            return;
        }
        send(ResourceType.ENROLMENT, changes(ResourceType.ENROLMENT, false), List.of());
        send(ResourceType.WORKLOAD, changes(ResourceType.WORKLOAD, false), List.of());
        send(ResourceType.CLUSTER, changes(ResourceType.CLUSTER, false), List.of());
        send(ResourceType.ENDPOINTS, changes(ResourceType.ENDPOINTS, false), List.of());
        boolean warm =
                settled(ResourceType.CLUSTER)
                        && settled(ResourceType.ENDPOINTS)
                        && forEndpoints.orEnough(
                                needsMet(ResourceType.CLUSTER, ResourceType.ENDPOINTS));
        if (warm) {
            send(ResourceType.LISTENER, changes(ResourceType.LISTENER, false), List.of());
            boolean newOnly = !settled(ResourceType.LISTENER);
            send(ResourceType.ROUTES, changes(ResourceType.ROUTES, newOnly), List.of());
        }
        if (warm && settled(ResourceType.LISTENER) && settled(ResourceType.ROUTES)) {
            if (remove()
                    && forRoutes.orEnough(needsMet(ResourceType.LISTENER, ResourceType.ROUTES))) {
                acknowledged();
            }
        }
    }

    /** Removes users first; true when nothing is left to remove or to wait for. */
    private boolean remove() {
        ResourceType[][] steps = {
            {ResourceType.LISTENER, ResourceType.ROUTES, ResourceType.WORKLOAD},
            {ResourceType.CLUSTER},
            {ResourceType.ENDPOINTS}
        };
        for (ResourceType[] step : steps) {
            boolean done = true;
            for (ResourceType type : step) {
                Subscription subscription = subscriptions.get(type);
                if (subscription != null) {
                    send(type, List.of(), subscription.removals(of(type)));
                    done &= settled(type);
                }
            }
            if (!done) {
                return false;
            }
        }
        return true;
    }

    private void acknowledged() {
        if (client instanceof Client.Agent(String name, _, _)
                && snapshot != null
                && subscriptions.containsKey(ResourceType.CLUSTER)
                && subscriptions.containsKey(ResourceType.LISTENER)) {
            agents.acknowledged(this, name, snapshot.revisions());
        }
    }

    private List<VersionedResource> changes(ResourceType type, boolean newOnly) {
        Subscription subscription = subscriptions.get(type);
        return subscription == null ? List.of() : subscription.changes(of(type), newOnly);
    }

    /** Whether the client has taken, or refused, all of a type that it wants; or wants none. */
    private boolean settled(ResourceType type) {
        Subscription subscription = subscriptions.get(type);
        return subscription == null
                || (!subscription.awaitsAck() && subscription.changes(of(type), false).isEmpty());
    }

    /** Whether the client has asked for what the resources that it holds of {@code user} need. */
    private boolean needsMet(ResourceType user, ResourceType needed) {
        Subscription users = subscriptions.get(user);
        if (users == null) {
            return true;
        }
        Subscription needs = subscriptions.get(needed);
        var now = new Met(of(user), users.edits(), needs == null ? 0 : needs.edits());
        if (now.isAs(met.get(user))) {
            return true;
        }
        if (!needsMet(user, users, needs)) {
            return false;
        }
        met.put(user, now);
        return true;
    }

    private boolean needsMet(ResourceType user, Subscription users, @Nullable Subscription needs) {
        for (VersionedResource resource : of(user).values()) {
            if (users.holds(resource)) {
                for (String name : resource.needs()) {
                    if (needs == null || !needs.wants(name)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private void send(ResourceType type, List<VersionedResource> changes, List<String> removed) {
        Subscription subscription = subscriptions.get(type);
        if (subscription == null
                || subscription.awaitsAck()
                || snapshot == null
                || !responses.isReady() // a slow client, or a crowd of them, fills the memory
                || (changes.isEmpty() && removed.isEmpty() && !subscription.owesAnswer())) {
            return;
        }
        String generation = Long.toString(snapshot.revisions().generation());
        String nonce = generation + "-" + ++nonces;
        var response =
                DeltaDiscoveryResponse.newBuilder()
                        .setTypeUrl(type.url())
                        .setSystemVersionInfo(generation)
                        .setNonce(nonce)
                        .addAllRemovedResources(removed);
        for (VersionedResource resource : changes) {
            response.addResources(
                    Resource.newBuilder()
                            .setName(resource.name())
                            .setVersion(resource.version())
                            .setResource(resource.body()));
        }
        subscription.sent(nonce, changes, removed);
        responses.onNext(response.build());
        agents.pushed(type);
        log.debug(
                "sent node={} type={} nonce={} resources={} removed={}",
                node,
                type,
                nonce,
                changes.size(),
                removed.size());
    }
}
