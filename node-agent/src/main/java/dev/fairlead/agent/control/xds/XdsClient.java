package dev.fairlead.agent.control.xds;

import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.LastGood;
import dev.fairlead.agent.control.xds.state.Resources;
import dev.fairlead.agent.control.xds.state.SnapshotAssembler;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceStub;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's configuration from the control plane: keeps one delta ADS stream open, takes what
 * comes into the tables, has snapshots installed and answers each response when it is in force.
 * Starts from the last good configuration on disk.
 *
 * <p>Owner of all of it: one virtual thread, fed by a queue; what is queued when it looks makes one
 * snapshot. Source: Envoy, "xDS REST and gRPC protocol", incremental variant.
 */
public final class XdsClient implements ConfigDump, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(XdsClient.class);

    /** A server that has nothing new to say says nothing; one that refuses us does so at once. */
    private static final Duration CONSENT = Duration.ofSeconds(1);

    /**
     * @param node name of this agent's node
     * @param version of this agent
     * @param saveDelay from a change until it is written to disk: a burst is written once
     */
    public record Settings(
            String node,
            String version,
            SnapshotAssembler.Bounds bounds,
            BackOff backOff,
            Duration saveDelay) {
        public static Settings of(String node, String version) {
            return new Settings(
                    node,
                    version,
                    SnapshotAssembler.Bounds.DEFAULT,
                    BackOff.DEFAULT,
                    Duration.ofMillis(500));
        }
    }

    private sealed interface Event {
        record Ready(AdsStream stream) implements Event {}

        record Response(AdsStream stream, DeltaDiscoveryResponse response) implements Event {}

        record Ended(AdsStream stream, Status status) implements Event {}

        record Installed(@Nullable Throwable failed) implements Event {}

        record Ask(CompletableFuture<List<Entry>> answer) implements Event {}

        record Stop() implements Event {}
    }

    private final Settings settings;
    private final ManagedChannel channel;
    private final AggregatedDiscoveryServiceStub stub;
    private final Node node;
    private final Saver saver;
    private final Clock clock;
    private final RandomGenerator random;
    private final LinkedBlockingQueue<Event> queue = new LinkedBlockingQueue<>();
    private final Resources resources = Resources.empty();
    private final SnapshotAssembler assembler;
    private final Installation installation;
    private final PendingAnswers answers = new PendingAnswers();
    private final Set<ResourceType> answered = EnumSet.noneOf(ResourceType.class);
    private final Thread thread;
    private Link link;
    private @Nullable Instant lastContact;
    private String generation = "";
    private long connects;
    private long nacks;
    private boolean stopping;
    private volatile XdsStatus status = XdsStatus.NOTHING;

    /**
     * @param channel to the server; the caller's to shut down, after this client
     * @param token sent with the stream; null: none
     * @param lastGood the caller's to close, after this client
     */
    public XdsClient(
            Settings settings,
            ManagedChannel channel,
            @Nullable CallCredentials token,
            LastGood lastGood,
            SnapshotInstaller installer,
            Clock clock,
            RandomGenerator random) {
        this.settings = settings;
        this.channel = channel;
        saver = new Saver(lastGood, settings.saveDelay());
        this.clock = clock;
        this.random = random;
        var plain = AggregatedDiscoveryServiceGrpc.newStub(channel);
        stub = token == null ? plain : plain.withCallCredentials(token);
        node = NodeIntroduction.of(settings.node(), settings.version());
        assembler = new SnapshotAssembler(settings.bounds());
        installation =
                new Installation(
                        assembler, installer, failed -> queue.add(new Event.Installed(failed)));
        link = new Link.Down(Instant.EPOCH, 0);
        thread = Thread.ofVirtual().name("xds").unstarted(this::run);
    }

    /** Loads the last good configuration, has it installed, and connects. */
    public void start() {
        thread.start();
    }

    /** Ends the stream and hands what is unsaved to {@link LastGood}. */
    @Override
    public void close() throws InterruptedException {
        queue.add(new Event.Stop());
        thread.join();
    }

    /** As of the last event. Thread: any. */
    public XdsStatus status() {
        return status;
    }

    @Override
    public CompletableFuture<List<Entry>> entries() {
        var answer = new CompletableFuture<List<Entry>>();
        queue.add(new Event.Ask(answer));
        return answer;
    }

    private void run() {
        load();
        try {
            while (!stopping) {
                connectWhenDue();
                settle();
                publish();
                handleQueued();
            }
        } catch (InterruptedException e) {
            log.debug("xds thread interrupted");
        }
        AdsStream stream = link.open();
        if (stream != null) {
            stream.close();
        }
        saver.save(resources);
    }

    private void load() {
        saver.load(resources, clock.instant());
        for (ResourceType type : ResourceType.values()) {
            if (!resources.of(type).all().isEmpty()) {
                answered.add(type);
                installation.want();
            }
        }
    }

    private void connectWhenDue() {
        if (link instanceof Link.Down(Instant retryAt, int failures)
                && !clock.instant().isBefore(retryAt)) {
            channel.resetConnectBackoff(); // ours decides, not the channel's
            AdsStream stream = AdsStream.open(stub, node, new Inbox());
            for (ResourceType type : ResourceType.values()) {
                if (type.wildcard()) {
                    stream.subscribeToAll(resources.of(type));
                } else {
                    stream.subscribe(resources.of(type), wanted(type));
                }
            }
            connects++;
            become(new Link.Opening(stream, failures, null), "try");
        }
        if (link instanceof Link.Opening(AdsStream stream, int failures, Instant upAt)
                && upAt != null
                && !clock.instant().isBefore(upAt)) {
            become(new Link.Up(stream), "not refused");
        }
    }

    /** Puts in force what can be, asks for what is named, answers what is due. */
    private void settle() {
        Instant now = clock.instant();
        AdsStream stream = link.open();
        installation.advance(resources, generation, now);
        for (ResourceType type : ResourceType.values()) {
            if (!type.wildcard()) {
                Set<String> names = wanted(type);
                resources.of(type).retain(names);
                if (stream != null) {
                    stream.subscribe(resources.of(type), names);
                }
            }
        }
        nacks +=
                answers.release(
                        installation.installed(), installation.held(), installation.failure());
        saver.advance(resources, now);
    }

    private Set<String> wanted(ResourceType type) {
        return switch (type) {
            case ROUTE -> assembler.wantedRoutes(resources);
            case ENDPOINTS -> assembler.wantedEndpoints(resources);
            default -> Set.of();
        };
    }

    private void handleQueued() throws InterruptedException {
        Duration patience = untilNext(clock.instant());
        @Nullable Event event = queue.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        List<Event> batch = new ArrayList<>();
        if (event != null) {
            batch.add(event);
            queue.drainTo(batch);
        }
        batch.forEach(this::handle);
    }

    private Duration untilNext(Instant now) {
        Duration least = Duration.ofMinutes(1);
        return least(
                now, link.next(), least(now, installation.next(), least(now, saver.next(), least)));
    }

    private static Duration least(Instant now, @Nullable Instant at, Duration other) {
        if (at == null || !now.plus(other).isAfter(at)) {
            return other;
        }
        return at.isAfter(now) ? Duration.between(now, at) : Duration.ZERO;
    }

    private void handle(Event event) {
        switch (event) {
            case Event.Ready(AdsStream stream) -> {
                if (link instanceof Link.Opening(AdsStream opening, int failures, Instant upAt)
                        && opening == stream
                        && upAt == null) {
                    become(
                            new Link.Opening(stream, failures, clock.instant().plus(CONSENT)),
                            "server reached");
                }
            }
            case Event.Response(AdsStream stream, DeltaDiscoveryResponse response) -> {
                if (stream == link.open()) {
                    take(stream, response);
                }
            }
            case Event.Ended(AdsStream stream, Status why) -> {
                answers.forget(stream);
                if (stream == link.open()) {
                    retry(why);
                }
            }
            case Event.Installed(Throwable failed) -> installation.finish(failed);
            case Event.Ask(var answer) ->
                    answer.complete(DumpEntries.of(resources, installation.held()));
            case Event.Stop() -> stopping = true;
        }
    }

    private void take(AdsStream stream, DeltaDiscoveryResponse response) {
        Instant now = clock.instant();
        lastContact = now;
        if (!(link instanceof Link.Up)) {
            become(new Link.Up(stream), "answered");
        }
        ResourceType type = ResourceType.of(response.getTypeUrl());
        if (type == null) {
            stream.answer(response.getTypeUrl(), response.getNonce(), "type: was not asked for");
            nacks++;
        } else {
            answered.add(type);
            generation = response.getSystemVersionInfo();
            var taken = Intake.take(type, response, resources, wanted(type), now);
            answers.add(
                    new PendingAnswers.Pending(
                            stream,
                            type,
                            response.getNonce(),
                            taken.names(),
                            taken.error(),
                            installation.want()));
        }
        stream.taken();
    }

    private void retry(Status why) {
        int failures = link instanceof Link.Opening opening ? opening.failures() + 1 : 1;
        Duration wait = settings.backOff().after(failures, random);
        String reason = BackOff.reason(why);
        if (failures == 1) {
            log.warn("control plane lost reason=\"{}\" retry_ms={}", reason, wait.toMillis());
        }
        become(new Link.Down(clock.instant().plus(wait), failures), reason);
    }

    private void become(Link next, String reason) {
        if (next instanceof Link.Up) {
            log.info("control plane connected node={}", settings.node());
        }
        log.debug("xds link from={} to={} reason=\"{}\"", link, next, reason);
        link = next;
    }

    private void publish() {
        boolean synced = true;
        for (ResourceType type : ResourceType.values()) {
            synced &= !type.wildcard() || !type.essential() || answered.contains(type);
        }
        status =
                new XdsStatus(
                        link instanceof Link.Up,
                        link.getClass().getSimpleName().toLowerCase(Locale.ROOT),
                        lastContact,
                        generation,
                        synced,
                        installation.snapshots(),
                        connects,
                        nacks,
                        TypeStatuses.of(resources, installation.held()));
    }

    /** From gRPC's thread into the queue. */
    private final class Inbox implements AdsStream.Sink {
        @Override
        public void onReady(AdsStream stream) {
            queue.add(new Event.Ready(stream));
        }

        @Override
        public void onResponse(AdsStream stream, DeltaDiscoveryResponse response) {
            queue.add(new Event.Response(stream, response));
        }

        @Override
        public void onEnd(AdsStream stream, Status why) {
            queue.add(new Event.Ended(stream, why));
        }
    }
}
