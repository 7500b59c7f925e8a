package dev.fairlead.cli.demo;

import java.io.IOException;

/** One step of the demo: what it does, and what it sees. */
record Step(String title, Action action) {

    @FunctionalInterface
    interface Action {
        Observed run() throws IOException, InterruptedException;
    }
}
