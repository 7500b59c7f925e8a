package dev.fairlead.lab.mesh;

import dev.fairlead.wire.pods.PodSocketProtocol;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import dev.fairlead.wire.pods.PodSocketProtocol.Request;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells one agent of its pods, over its socket: one connection a request. */
final class AgentClient {

    private static final Logger log = LoggerFactory.getLogger(AgentClient.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Path socket;

    AgentClient(Path socket) {
        this.socket = socket;
    }

    /** One question, one answer. */
    Answer ask(Request request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String line = PodSocketProtocol.write(request) + "\n";
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                int _ = channel.write(bytes);
            }
            String answer =
                    new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))
                            .readLine();
            if (answer == null) {
                throw new EOFException("agent closed " + socket);
            }
            return PodSocketProtocol.readAnswer(answer);
        }
    }

    /**
     * Asks until the agent has done it. An agent that is not there, or says "retry", is asked again
     * with growing pauses; any other refusal is an IOException.
     */
    void insist(Request request) throws IOException, InterruptedException {
        Duration pause = FIRST_PAUSE;
        String said = "";
        while (true) {
            String error;
            try {
                Answer answer = ask(request);
                if (answer.ok()) {
                    return;
                }
                error = String.valueOf(answer.error());
                if (!answer.retry()) {
                    throw new Refused(error);
                }
            } catch (Refused e) {
                throw new IOException("agent refused: " + e.getMessage(), e);
            } catch (IOException e) {
                error = String.valueOf(e.getMessage());
            }
            if (!error.equals(said)) {
                log.info("agent not yet socket={} answer=\"{}\"", socket, error);
                said = error;
            }
            Thread.sleep(pause);
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
    }

    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }
}
