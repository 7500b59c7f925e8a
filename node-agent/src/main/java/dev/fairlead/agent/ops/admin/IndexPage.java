package dev.fairlead.agent.ops.admin;

import java.time.Duration;
import java.util.List;

/** {@code /} and {@code /help}: what there is to ask for, and how the agent is. */
final class IndexPage {

    private final AdminSources sources;
    private final List<Page> pages;

    /** {@code pages} may grow until the first request. */
    IndexPage(AdminSources sources, List<Page> pages) {
        this.sources = sources;
        this.pages = pages;
    }

    AdminResponse text(AdminRequest request) {
        StringBuilder text = new StringBuilder("admin commands are:\n");
        for (Page page : pages) {
            text.append("  ").append(page.path()).append(": ").append(page.help()).append('\n');
        }
        return AdminResponse.text(text.toString());
    }

    AdminResponse html(AdminRequest request) {
        var snapshot = sources.snapshot().get();
        Table facts = new Table("what", "now");
        facts.add("state", sources.readiness().state());
        facts.add("version", sources.telemetry().build().version());
        facts.add(
                "up for",
                Duration.between(sources.started(), sources.clock().instant()).toSeconds() + " s");
        facts.add("enrolled pods", sources.workloads().pods().size());
        facts.add("workloads known", snapshot.workloads().all().size());
        facts.add("clusters", snapshot.clusters().size());
        facts.add(
                "configuration",
                snapshot.generation().isEmpty() ? "none yet" : snapshot.generation());
        StringBuilder body = new StringBuilder(facts.html());
        for (String missing : sources.readiness().missing()) {
            body.append("<p class=\"bad\">").append(Html.escape(missing)).append("</p>\n");
        }
        body.append("<h1>Pages</h1>\n<table>\n");
        for (Page page : pages) {
            String path = Html.escape(page.path());
            body.append("<tr><td><a href=\"").append(path).append("\"><code>").append(path);
            body.append("</code></a></td><td>").append(Html.escape(page.help()));
            body.append("</td></tr>\n");
        }
        body.append("</table>\n");
        return AdminResponse.html(
                Html.page("Fairlead agent on " + sources.node(), body.toString()));
    }
}
