package dev.fairlead.lab.cluster.objects;

/** A manifest that cannot be used; the message names file and document. */
public final class ManifestException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ManifestException(String where, String what) {
        super(where + ": " + what);
    }
}
