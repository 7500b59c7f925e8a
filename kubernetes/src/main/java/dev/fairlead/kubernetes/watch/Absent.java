package dev.fairlead.kubernetes.watch;

import java.io.IOException;

/** The server has no such collection, perhaps not yet. */
final class Absent extends IOException {

    private static final long serialVersionUID = 1;

    Absent(String message) {
        super(message);
    }
}
