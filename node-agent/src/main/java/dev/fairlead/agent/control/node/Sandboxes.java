package dev.fairlead.agent.control.node;

import java.io.IOException;
import java.util.List;

/** What runs on this node. Thread: one caller, which waits for the answer. */
public interface Sandboxes extends AutoCloseable {

    /** The pods that run, each once. IOException: nothing can be said. */
    List<Sandbox> list() throws IOException, InterruptedException;

    @Override
    void close();
}
