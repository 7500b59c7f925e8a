package dev.fairlead.pilot.source;

import java.io.IOException;

/**
 * Where the cluster's state comes from: hands over one {@code ClusterState} when all there is has
 * been read, and one after each change from then on.
 */
public interface ClusterSource extends AutoCloseable {

    void start();

    /** Where agents' reports of their pods go. */
    CaptureBook captures();

    @Override
    void close() throws IOException;
}
