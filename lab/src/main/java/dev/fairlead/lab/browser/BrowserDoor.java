package dev.fairlead.lab.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A listener on 127.0.0.1 of the host that the lab inherited.
 *
 * @param name what it leads to: productpage, or a node's name for its admin
 * @param fd the inherited file descriptor
 */
public record BrowserDoor(String name, int fd, int port) {

    /** The doors that {@code file} lists, a line "NAME FD PORT" each. */
    public static List<BrowserDoor> read(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(BrowserDoor::parse).toList();
    }

    private static BrowserDoor parse(String line) {
        String[] words = line.split(" ", -1);
        return new BrowserDoor(words[0], Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    }

    public String url() {
        return "http://127.0.0.1:" + port + "/";
    }
}
