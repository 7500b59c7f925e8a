package dev.fairlead.agent.data.capture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Applications and callers in the namespaces of topology.sh, all in this process. */
final class Peers {

    /** From which the last caller of an application came, as the application sees it. */
    static volatile int lastPort;

    private Peers() {}

    static Path netns(String name) {
        return Path.of("/run/netns", name);
    }

    private interface Opening<T> {
        T open() throws IOException;
    }

    private static <T> T in(String name, Opening<T> opening) throws IOException {
        try (var namespace = NetNamespace.open(netns(name))) {
            return namespace.enter(() -> {
                try {
                    return opening.open();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** An application that answers {@code <name> saw <caller>}, then echoes lines. */
    static void serve(String name, int port) throws IOException {
        var listener = in(name, ServerSocketChannel::open);
        listener.bind(new InetSocketAddress(port));
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    var accepted = listener.accept();
                    Thread.startVirtualThread(() -> answer(name, accepted));
                }
            } catch (IOException e) {
                System.err.println(name + ": " + e);
            }
        });
    }

    private static void answer(String name, SocketChannel accepted) {
        try (accepted) {
            var caller = (InetSocketAddress) accepted.getRemoteAddress();
            lastPort = caller.getPort();
            var out = Channels.newOutputStream(accepted);
            out.write(
                    (name + " saw " + caller.getAddress().getHostAddress() + "\n")
                            .getBytes(StandardCharsets.US_ASCII));
            Channels.newInputStream(accepted).transferTo(out);
        } catch (IOException e) {
            System.err.println(name + ": " + e);
        }
    }

    /** A caller with its connection open. */
    record Call(SocketChannel channel, BufferedReader lines, String path) implements AutoCloseable {

        String echo(String line) throws IOException {
            Channels.newOutputStream(channel)
                    .write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            return String.valueOf(lines.readLine());
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    static Call open(String from, String address, int port) throws IOException {
        var channel = in(from, SocketChannel::open);
        channel.socket().connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), 2000);
        channel.socket().setSoTimeout(3000);
        var lines =
                new BufferedReader(
                        new InputStreamReader(
                                channel.socket().getInputStream(), StandardCharsets.US_ASCII));
        return new Call(channel, lines, String.valueOf(lines.readLine()));
    }

    /** The path of one call's answer, or why there is none. */
    static String call(String from, String address, int port) {
        try (var call = open(from, address, port)) {
            return call.path();
        } catch (SocketTimeoutException e) {
            return "unanswered";
        } catch (IOException e) {
            var reason = String.valueOf(e.getMessage());
            return reason.startsWith("Connection reset") ? "Connection reset" : reason;
        }
    }
}
