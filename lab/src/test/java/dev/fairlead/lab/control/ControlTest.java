package dev.fairlead.lab.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Client and server together, over a real socket. */
class ControlTest {

    @TempDir Path folder;

    private static final class Heard implements Output {
        final List<String> lines = new ArrayList<>();

        @Override
        public void out(String line) {
            lines.add("out " + line);
        }

        @Override
        public void err(String line) {
            lines.add("err " + line);
        }
    }

    @Test
    void linesAndExitCodeArrive() throws IOException {
        Path socket = serve(folder.resolve("s"));
        Heard heard = new Heard();
        int exit = ControlClient.ask(socket, new ControlProtocol.Restart("ca", "", "KILL"), heard);
        assertThat(exit).isEqualTo(3);
        assertThat(heard.lines).containsExactly("out ca", "err KILL");
    }

    @Test
    void aFailureIsNamed() throws IOException {
        Path socket = serve(folder.resolve("s"));
        Heard heard = new Heard();
        assertThat(ControlClient.ask(socket, new ControlProtocol.Status(), heard)).isEqualTo(1);
        assertThat(heard.lines).containsExactly("err error: not now");
    }

    @Test
    void aLongPathIsNoObstacle() throws IOException {
        Path deep = Files.createDirectories(folder.resolve("d".repeat(120)));
        Path link = Files.createSymbolicLink(folder.resolve("l"), deep);
        serve(link.resolve("s"));
        int exit =
                ControlClient.ask(
                        deep.resolve("s"),
                        new ControlProtocol.Restart("ca", "", "TERM"),
                        new Heard());
        assertThat(exit).isEqualTo(3);
    }

    private static Path serve(Path socket) throws IOException {
        ControlServer server =
                new ControlServer(
                        socket,
                        (request, output) -> {
                            if (request instanceof ControlProtocol.Restart restart) {
                                output.out(restart.what());
                                output.err(restart.signal());
                                return 3;
                            }
                            throw new IllegalArgumentException("not now");
                        });
        Thread.ofVirtual().start(() -> run(server));
        return socket;
    }

    private static void run(ControlServer server) {
        try {
            server.run();
        } catch (IOException e) {
            // the test is over
        }
    }
}
