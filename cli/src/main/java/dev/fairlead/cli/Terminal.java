package dev.fairlead.cli;

import dev.fairlead.lab.control.Output;
import java.io.PrintStream;

/** What a command says, on the process's own streams. */
record Terminal(PrintStream stdout, PrintStream stderr) implements Output {

    static Terminal standard() {
        return new Terminal(System.out, System.err);
    }

    @Override
    public void out(String line) {
        stdout.println(line);
    }

    @Override
    public void err(String line) {
        stderr.println(line);
    }
}
