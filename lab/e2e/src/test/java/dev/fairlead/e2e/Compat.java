package dev.fairlead.e2e;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The two sets of defaults that a mesh may have, each with the lab that has them. */
enum Compat {
    ISTIO_1_0(SharedLab.ISTIO_1_0),
    MODERN(SharedLab.MODERN);

    /** Starts both labs; a class that asks for one of them registers this. */
    static final BeforeAllCallback BOTH = Compat::start;

    private final SharedLab shared;

    Compat(SharedLab shared) {
        this.shared = shared;
    }

    private static void start(ExtensionContext context) {
        for (Compat compat : values()) {
            compat.shared.beforeAll(context);
        }
    }

    Lab lab() {
        return shared.lab();
    }

    /**
     * httpbin, fortio and sleep in namespace default, from samples/; the real programs, or skipped.
     */
    Lab withHttpbin() {
        Peers.need("httpbin", "fortio");
        lab().run(
                        "apply",
                        "--wait",
                        "-f",
                        "samples/default-namespace.yaml",
                        "samples/httpbin/httpbin.yaml",
                        "samples/fortio/fortio.yaml",
                        "samples/sleep/sleep.yaml")
                .ok();
        return lab();
    }
}
