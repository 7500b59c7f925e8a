package dev.fairlead.agent.data.tls;

import dev.fairlead.wire.identity.SpiffeId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;

/** A client and a server handler, joined by hand, without sockets. */
final class TlsPair implements AutoCloseable {

    private final EmbeddedChannel client;
    private final EmbeddedChannel server;
    private final SslHandler clientHandler;
    private final SslHandler serverHandler;
    private byte[] firstFlight = {};

    TlsPair(SslHandler clientHandler, SslHandler serverHandler) {
        this.clientHandler = clientHandler;
        this.serverHandler = serverHandler;
        server = new EmbeddedChannel(serverHandler);
        client = new EmbeddedChannel(clientHandler);
        pump();
    }

    /** Carries bytes both ways until neither side has more to say. */
    private void pump() {
        boolean moved = true;
        while (moved) {
            moved = move(client, server, true);
            moved |= move(server, client, false);
        }
    }

    private boolean move(EmbeddedChannel from, EmbeddedChannel to, boolean fromClient) {
        boolean moved = false;
        ByteBuf bytes;
        while ((bytes = from.readOutbound()) != null) {
            if (fromClient && firstFlight.length == 0) {
                firstFlight = new byte[bytes.readableBytes()];
                bytes.getBytes(bytes.readerIndex(), firstFlight);
            }
            moved = true;
            try {
                if (to.isOpen()) {
                    to.writeInbound(bytes.retain());
                }
            } catch (Exception refused) {
                // shows in the handshake future
            } finally {
                bytes.release();
            }
        }
        return moved;
    }

    /** Both sides have finished the handshake and still talk. */
    boolean established() {
        return clientHandler.handshakeFuture().isSuccess()
                && serverHandler.handshakeFuture().isSuccess()
                && client.isOpen()
                && server.isOpen();
    }

    /** Why the client's handshake failed; empty where it did not. */
    String clientFailure() {
        return failure(clientHandler);
    }

    String serverFailure() {
        return failure(serverHandler);
    }

    private static String failure(SslHandler handler) {
        StringBuilder text = new StringBuilder();
        Throwable cause = handler.handshakeFuture().cause();
        while (cause != null) {
            text.append(cause.getMessage()).append('\n');
            cause = cause.getCause();
        }
        return text.toString();
    }

    /** What arrives at the server of a text that the client writes; empty where nothing does. */
    String send(String text) {
        if (!client.isOpen()) {
            return "";
        }
        client.writeOutbound(Unpooled.copiedBuffer(text, java.nio.charset.StandardCharsets.UTF_8));
        pump();
        StringBuilder received = new StringBuilder();
        ByteBuf bytes;
        while ((bytes = server.readInbound()) != null) {
            received.append(bytes.toString(java.nio.charset.StandardCharsets.UTF_8));
            bytes.release();
        }
        return received.toString();
    }

    /** The server speaks, and with that its tickets leave. */
    void answer() {
        if (server.isOpen()) {
            server.writeOutbound(
                    Unpooled.copiedBuffer("answer", java.nio.charset.StandardCharsets.UTF_8));
            pump();
        }
        ByteBuf bytes;
        while ((bytes = client.readInbound()) != null) {
            bytes.release();
        }
    }

    byte[] clientHello() {
        return firstFlight;
    }

    SslHandler clientHandler() {
        return clientHandler;
    }

    SslHandler serverHandler() {
        return serverHandler;
    }

    SpiffeId peerOfServer() throws Exception {
        return PeerIdentity.of(serverHandler.engine().getSession());
    }

    SpiffeId peerOfClient() throws Exception {
        return PeerIdentity.of(clientHandler.engine().getSession());
    }

    @Override
    public void close() {
        client.finishAndReleaseAll();
        server.finishAndReleaseAll();
    }
}
