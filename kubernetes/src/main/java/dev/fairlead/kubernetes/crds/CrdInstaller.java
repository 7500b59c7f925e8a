package dev.fairlead.kubernetes.crds;

import dev.fairlead.kubernetes.KubernetesApi;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The install Job's process. FAIRLEAD_CRDS: folder of the definitions. Exit status: 0 all in place,
 * 1 not so, and the Job tries again.
 */
public final class CrdInstaller {

    private static final Logger log = LoggerFactory.getLogger(CrdInstaller.class);

    private CrdInstaller() {}

    static void main() {
        Path folder = Path.of(System.getenv().getOrDefault("FAIRLEAD_CRDS", "/opt/fairlead/crds"));
        try (var client = KubernetesApi.client("fairlead-crds")) {
            new CrdInstall(client).install(CrdFiles.read(folder));
        } catch (IOException | KubernetesClientException e) {
            log.error("definitions not installed reason=\"{}\"", e.getMessage(), e);
            System.exit(1);
        }
    }
}
