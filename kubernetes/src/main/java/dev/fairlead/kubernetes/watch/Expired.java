package dev.fairlead.kubernetes.watch;

import java.io.IOException;

/** The server does not know the version asked for any more, or not yet: a new list is needed. */
final class Expired extends IOException {

    private static final long serialVersionUID = 1;

    Expired(String message) {
        super(message);
    }
}
