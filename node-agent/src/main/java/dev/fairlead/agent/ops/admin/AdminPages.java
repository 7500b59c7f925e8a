package dev.fairlead.agent.ops.admin;

import dev.fairlead.agent.ops.admin.Page.Methods;
import dev.fairlead.agent.ops.lifecycle.Readiness;
import dev.fairlead.agent.ops.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.List;

/** Which pages each port has. */
final class AdminPages {

    private final Pages admin;
    private final Pages metrics;
    private final Pages readiness;

    AdminPages(AdminSources sources) {
        Telemetry telemetry = sources.telemetry();
        StatsPage stats = new StatsPage(telemetry, sources.workloads());
        List<Page> pages = new ArrayList<>();
        IndexPage index = new IndexPage(sources, pages);
        pages.add(get("/", "this overview", index::html));
        pages.add(get("/help", "the list of pages", index::text));
        pages.add(
                get(
                        "/stats",
                        "Envoy's stats; ?filter=RE2 ?usedonly ?workload=ns/pod"
                                + " ?format=text|json|prometheus",
                        stats::stats));
        pages.add(
                get(
                        "/stats/prometheus",
                        "metrics for Prometheus; ?filter=RE2 ?usedonly ?workload=ns/pod",
                        stats::prometheus));
        pages.add(
                get(
                        "/clusters",
                        "upstream clusters and their endpoints; ?workload=ns/pod ?format=text|json",
                        new ClustersPage(sources.snapshot(), telemetry, sources.workloads())
                                ::answer));
        pages.add(
                get(
                        "/listeners",
                        "listeners and their addresses; ?format=text|json",
                        new ListenersPage(sources.snapshot())::answer));
        pages.add(
                get(
                        "/config_dump",
                        "the configuration as it came; ?resource=FIELD ?name_regex=RE2",
                        new ConfigDumpPage(sources.configuration())::answer));
        pages.add(
                get(
                        "/certs",
                        "certificates in use",
                        new CertificatesPage(sources.certificates(), sources.clock())::answer));
        pages.add(
                get(
                        "/workloads",
                        "enrolled pods with what was counted for each; ?workload=ns/pod"
                                + " ?format=json|text",
                        new WorkloadsPage(telemetry, sources.workloads())::answer));
        pages.add(get("/ready", "LIVE, or what is missing", _ -> ready(sources.readiness())));
        pages.add(
                get(
                        "/server_info",
                        "version, state, uptime and settings",
                        new ServerInfoPage(sources)::answer));
        pages.add(
                new Page(
                        "/logging",
                        Methods.GET_AND_POST,
                        "log levels; POST ?level=LEVEL or ?LOGGER=LEVEL changes them",
                        new LoggingPage(sources.levels())::answer));
        admin = new Pages(pages);
        metrics =
                new Pages(
                        List.of(
                                get("/metrics", "metrics for Prometheus", stats::prometheus),
                                get(
                                        "/stats/prometheus",
                                        "metrics for Prometheus",
                                        stats::prometheus)));
        readiness =
                new Pages(
                        List.of(
                                get(
                                        "/healthz/ready",
                                        "LIVE, or what is missing",
                                        _ -> ready(sources.readiness()))));
    }

    private static Page get(String path, String help, Page.Answer answer) {
        return new Page(path, Methods.GET, help, answer);
    }

    private static AdminResponse ready(Readiness readiness) {
        Readiness.State state = readiness.state();
        if (state == Readiness.State.LIVE) {
            return AdminResponse.text("LIVE\n");
        }
        StringBuilder text = new StringBuilder(state.name()).append('\n');
        readiness.missing().forEach(reason -> text.append(reason).append('\n'));
        return new AdminResponse(503, AdminResponse.TEXT, text.toString());
    }

    /** For 15000 and the Unix socket. */
    Pages admin() {
        return admin;
    }

    /** For 15020. */
    Pages metrics() {
        return metrics;
    }

    /** For 15021. */
    Pages readiness() {
        return readiness;
    }
}
