package dev.fairlead.pilot.source.kubernetes;

import dev.fairlead.kubernetes.watch.Collection;
import dev.fairlead.kubernetes.watch.Follower;
import dev.fairlead.pilot.metrics.PilotMetrics;
import dev.fairlead.pilot.validate.ConfigReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what becomes of collections, and says when there is something new. Thread: any. */
record Watched(PilotMetrics metrics, Burst burst) implements Follower {

    private static final Logger log = LoggerFactory.getLogger(Watched.class);

    @Override
    public void changed(Collection collection) {
        metrics.sourceEvents.labels(collection.display()).inc();
        burst.changed();
    }

    @Override
    public void unchanged(Collection collection) {
        metrics.sourceEvents.labels(collection.display()).inc();
        if (ConfigReader.owns(collection.group(), collection.kind())) {
            burst.unchanged(); // others' versions are asked of nobody
        }
    }

    @Override
    public void watchFailed(Collection collection, String reason) {
        metrics.watchFailures.labels(collection.display(), reason).inc();
    }

    @Override
    public void listed(Collection collection, int objects) {
        log.debug("listed collection={} objects={}", collection.display(), objects);
        metrics.sourceLists.labels(collection.display()).inc();
    }
}
