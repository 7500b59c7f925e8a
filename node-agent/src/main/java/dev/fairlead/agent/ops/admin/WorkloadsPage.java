package dev.fairlead.agent.ops.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.agent.ops.admin.WorkloadSource.EnrolledPod;
import dev.fairlead.agent.ops.telemetry.Telemetry;
import io.netty.util.NetUtil;
import java.util.Comparator;
import java.util.List;

/** {@code /workloads}: the enrolled pods of this node, and what each has cost so far. */
final class WorkloadsPage {

    private final Telemetry telemetry;
    private final WorkloadSource source;

    WorkloadsPage(Telemetry telemetry, WorkloadSource source) {
        this.telemetry = telemetry;
        this.source = source;
    }

    AdminResponse answer(AdminRequest request) {
        String wanted = request.parameter("workload");
        List<EnrolledPod> pods =
                source.pods().stream()
                        .filter(each -> wanted == null || each.pod().display().equals(wanted))
                        .sorted(Comparator.comparing(each -> each.pod().display()))
                        .toList();
        String format = request.format(request.fromBrowser() ? "html" : "json");
        return switch (format) {
            case "json" -> AdminResponse.json(json(pods));
            case "text" -> AdminResponse.text(table(pods).text());
            case "html" ->
                    AdminResponse.html(
                            Html.page(
                                    "Enrolled pods",
                                    table(pods).html() + "<p><a href=\"/\">back</a></p>\n"));
            default -> AdminResponse.unknownFormat(format, "json, text, html");
        };
    }

    private ObjectNode json(List<EnrolledPod> pods) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode list = root.putArray("workloads");
        for (EnrolledPod each : pods) {
            LocalPod pod = each.pod();
            PodTotals totals = PodTotals.of(telemetry.ofPod(pod.uid()));
            ObjectNode one = list.addObject();
            one.put("namespace", pod.namespace()).put("name", pod.name()).put("uid", pod.uid());
            ArrayNode addresses = one.putArray("addresses");
            pod.addresses().forEach(address -> addresses.add(NetUtil.toAddressString(address)));
            one.put("identity", pod.identity().uri());
            one.put("worker", each.worker());
            one.put("state", each.state());
            one.put("captured_since", since(each));
            add(one.putObject("inbound_connections"), totals.inbound());
            add(one.putObject("outbound_connections"), totals.outbound());
            one.put("requests", totals.requests());
            one.put("received_bytes", totals.received());
            one.put("sent_bytes", totals.sent());
            one.put("capture_refused", totals.refused());
            ObjectNode limits = one.putObject("circuit_breakers");
            totals.limits()
                    .forEach((cluster, limit) ->
                            limits.putObject(cluster)
                                    .put("connections", limit.connections())
                                    .put("requests", limit.requests())
                                    .put("waiting", limit.waiting())
                                    .put("overflows", limit.overflows()));
            ejected(one.putObject("ejected_endpoints"), pod);
        }
        return root;
    }

    private void ejected(ObjectNode node, LocalPod pod) {
        telemetry
                .endpoints(pod.uid())
                .forEach((endpoint, state) -> {
                    if (state.ejected()) {
                        node.withArray(endpoint.cluster().name())
                                .add(NetUtil.toSocketAddressString(endpoint.address()));
                    }
                });
    }

    private static void add(ObjectNode node, PodTotals.Direction direction) {
        node.put("total", direction.total()).put("active", direction.active());
    }

    private Table table(List<EnrolledPod> pods) {
        Table table =
                new Table(
                        "POD",
                        "IP",
                        "IDENTITY",
                        "WORKER",
                        "STATE",
                        "CAPTURED SINCE",
                        "IN",
                        "OUT",
                        "OPEN",
                        "REQUESTS",
                        "RECEIVED",
                        "SENT",
                        "REFUSED",
                        "UID");
        for (EnrolledPod each : pods) {
            LocalPod pod = each.pod();
            PodTotals totals = PodTotals.of(telemetry.ofPod(pod.uid()));
            table.add(
                    pod.display(),
                    NetUtil.toAddressString(pod.addresses().getFirst()),
                    pod.identity(),
                    each.worker(),
                    each.state(),
                    each.capturedSince() == null ? "-" : since(each),
                    totals.inbound().total(),
                    totals.outbound().total(),
                    totals.inbound().active() + totals.outbound().active(),
                    totals.requests(),
                    totals.received(),
                    totals.sent(),
                    totals.refused(),
                    pod.uid());
        }
        return table;
    }

    private static String since(EnrolledPod pod) {
        return pod.capturedSince() == null ? "" : pod.capturedSince().toString();
    }
}
