package dev.fairlead.lab.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A process, known by its id and the moment it started: a later process that is given the same id
 * is another one.
 *
 * @param startTicks field 22 of {@code /proc/<pid>/stat}, clock ticks since boot
 */
public record HostProcess(long pid, long startTicks) {

    private static final int FIELDS_BEFORE_START = 19; // of those after the command's name

    /** The process that has id {@code pid} now. */
    public static Optional<HostProcess> running(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
            return fields.get(0).equals("Z")
                    ? Optional.empty()
                    : Optional.of(
                            new HostProcess(pid, Long.parseLong(fields.get(FIELDS_BEFORE_START))));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What {@link #write} wrote to {@code file}; empty without one. */
    public static Optional<HostProcess> read(Path file) throws IOException {
        try {
            String[] words = Files.readString(file).strip().split(" ", -1);
            return Optional.of(new HostProcess(Long.parseLong(words[0]), Long.parseLong(words[1])));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException(file + " does not name a process", e);
        }
    }

    public void write(Path file) throws IOException {
        Files.writeString(file, pid + " " + startTicks + "\n");
    }

    public boolean alive() {
        return running(pid).equals(Optional.of(this));
    }

    /** Ends it at once, if it is still that process. */
    public void kill() {
        if (alive()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}
