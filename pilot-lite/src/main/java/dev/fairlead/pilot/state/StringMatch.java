package dev.fairlead.pilot.state;

/** How a string is compared. */
public sealed interface StringMatch {

    /** The whole string. */
    record Exact(String value) implements StringMatch {}

    /** What it starts with. */
    record Prefix(String value) implements StringMatch {}

    /** The whole string, by an RE2 expression. */
    record Regex(String value) implements StringMatch {}

    /** Any value, as long as there is one: headers only. */
    record Present() implements StringMatch {}
}
