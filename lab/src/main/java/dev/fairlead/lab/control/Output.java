package dev.fairlead.lab.control;

/** Where a command's words go: its standard output and its standard error, a line each. */
public interface Output {

    void out(String line);

    void err(String line);
}
