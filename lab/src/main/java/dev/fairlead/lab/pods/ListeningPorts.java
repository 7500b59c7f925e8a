package dev.fairlead.lab.pods;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** TCP ports that a process's network namespace listens on, read from the kernel's tables. */
final class ListeningPorts {

    private static final String LISTEN = "0A";

    private ListeningPorts() {}

    static Set<Integer> of(long pid) throws IOException {
        Set<Integer> ports = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            try {
                read(Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table)), ports);
            } catch (NoSuchFileException e) {
                if (table.equals("tcp")) {
                    throw e;
                }
            }
        }
        return ports;
    }

    /**
     * Adds what {@code table} (a line each: slot, local address:port in hex, remote, state) says.
     */
    static void read(List<String> table, Set<Integer> ports) {
        for (String line : table.subList(Math.min(1, table.size()), table.size())) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > 3 && fields[3].equals(LISTEN)) {
                String local = fields[1];
                ports.add(Integer.parseInt(local.substring(local.lastIndexOf(':') + 1), 16));
            }
        }
    }
}
