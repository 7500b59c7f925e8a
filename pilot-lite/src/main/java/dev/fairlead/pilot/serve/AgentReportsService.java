package dev.fairlead.pilot.serve;

import dev.fairlead.pilot.source.CaptureBook;
import dev.fairlead.pilot.status.StatusStore;
import dev.fairlead.wire.tokens.Caller;
import dev.fairlead.wire.v1.report.AgentReportsGrpc.AgentReportsImplBase;
import dev.fairlead.wire.v1.report.ReportPodsRequest;
import dev.fairlead.wire.v1.report.ReportPodsResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Takes agents' reports. Thread: a virtual one a call, which may wait. */
public final class AgentReportsService extends AgentReportsImplBase {

    private static final Duration MAX_WAIT = Duration.ofSeconds(60);

    private final CaptureBook captures;
    private final StatusStore store;
    private final Agents agents;

    public AgentReportsService(CaptureBook captures, StatusStore store, Agents agents) {
        this.captures = captures;
        this.store = store;
        this.agents = agents;
    }

    @Override
    public void reportPods(
            ReportPodsRequest request, StreamObserver<ReportPodsResponse> responses) {
        if (!(Caller.current() instanceof Caller.Node(String node))) {
            refuse(responses, Status.PERMISSION_DENIED.withDescription("nodes report pods"));
            return;
        }
        try {
            List<CaptureBook.Report> reports =
                    request.getPodsList().stream()
                            .map(pod ->
                                    new CaptureBook.Report(
                                            pod.getUid(),
                                            pod.getNamespace(),
                                            pod.getName(),
                                            node,
                                            pod.getCaptured()))
                            .toList();
            long revision = captures.report(reports);
            store.flushed().join();
            boolean acknowledged =
                    request.hasWaitForAgents() && agents.awaitCaptures(revision, wait(request));
            responses.onNext(ReportPodsResponse.newBuilder().setAcknowledged(acknowledged).build());
            responses.onCompleted();
        } catch (IllegalArgumentException e) {
            refuse(responses, Status.PERMISSION_DENIED.withDescription(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refuse(responses, Status.UNAVAILABLE.withDescription("stopping"));
        } catch (CompletionException e) {
            refuse(responses, Status.UNAVAILABLE.withDescription(String.valueOf(e.getCause())));
        }
    }

    private static Duration wait(ReportPodsRequest request) {
        Duration asked =
                Duration.ofSeconds(
                        request.getWaitForAgents().getSeconds(),
                        request.getWaitForAgents().getNanos());
        return asked.compareTo(MAX_WAIT) < 0 ? asked : MAX_WAIT;
    }

    private static void refuse(StreamObserver<ReportPodsResponse> responses, Status status) {
        responses.onError(status.asRuntimeException());
    }
}
