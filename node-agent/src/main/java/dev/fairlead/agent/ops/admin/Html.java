package dev.fairlead.agent.ops.admin;

/** A plain page to look at, complete in itself. */
final class Html {

    private static final String STYLE =
            "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1b2733}"
                    + "h1{font-size:1.4rem}table{border-collapse:collapse}"
                    + "td,th{text-align:left;padding:.2rem .9rem .2rem 0;"
                    + "border-bottom:1px solid #dde3e8;vertical-align:top}"
                    + "code,pre{font:13px ui-monospace,monospace}.bad{color:#a40000}";

    private Html() {}

    /** {@code body} is HTML, {@code title} is text. */
    static String page(String title, String body) {
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>"
                + escape(title)
                + "</title><style>"
                + STYLE
                + "</style></head><body>\n<h1>"
                + escape(title)
                + "</h1>\n"
                + body
                + "</body></html>\n";
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
