package dev.fairlead.lab.outside;

/** A lab could not do what was asked; the message is for the user. */
public final class LabException extends Exception {

    private static final long serialVersionUID = 1;

    public LabException(String message) {
        super(message);
    }
}
