package dev.fairlead.e2e;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * A lab that several test classes use one after the other: the first starts it, the end of the run
 * ends it. A class keeps to namespaces of its own, and puts back what it changes for all.
 */
final class SharedLab implements BeforeAllCallback {

    /** Bookinfo with its subsets, sleep and tcp-echo in namespace default. */
    static final SharedLab BOOKINFO =
            new SharedLab(
                    "bookinfo",
                    () ->
                            Lab.up(
                                    "-f",
                                    "samples/default-namespace.yaml",
                                    "samples/bookinfo/bookinfo.yaml",
                                    "samples/bookinfo/networking/destination-rule-all.yaml",
                                    "samples/sleep/sleep.yaml",
                                    "samples/tcp-echo/tcp-echo.yaml"));

    /** Two nodes, no pods. */
    static final SharedLab MODERN = new SharedLab("modern", () -> Lab.up());

    /** Two nodes with the defaults of Istio 1.0, no pods. */
    static final SharedLab ISTIO_1_0 =
            new SharedLab("istio-1.0", () -> Lab.up("--compat", "istio-1.0"));

    /** Two nodes, no pods; the images are those of lab/e2e/peers.yaml. */
    static final SharedLab PEERS =
            new SharedLab("peers", () -> Lab.up("--images", "lab/e2e/peers.yaml"));

    private final String name;
    private final Supplier<Lab> start;
    private @Nullable Lab lab;

    private SharedLab(String name, Supplier<Lab> start) {
        this.name = name;
        this.start = start;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        lab =
                context.getRoot()
                        .getStore(Namespace.create(SharedLab.class))
                        .computeIfAbsent(name, key -> start.get(), Lab.class);
    }

    Lab lab() {
        if (lab == null) {
            throw new IllegalStateException("lab " + name + ": not registered as an extension");
        }
        return lab;
    }
}
