package dev.fairlead.pilot.state;

/**
 * What is known of an issuer's keys that are fetched.
 *
 * @param text the last good key set; empty: there was none yet
 * @param failure why there is none, or none newer; empty: the last try went well, or is under way
 */
public record KeySet(String text, String failure) {

    /** Nobody has tried yet. */
    public static final KeySet NONE = new KeySet("", "");
}
