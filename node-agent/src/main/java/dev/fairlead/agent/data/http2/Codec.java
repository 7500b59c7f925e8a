package dev.fairlead.agent.data.http2;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder.SensitivityDetector;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * Netty's codec for one connection, with our limits.
 *
 * <p>A stream's window bounds what is held for it. The connection's window is given back as soon as
 * bytes arrive, so that a stream whose reader is slow stops nobody else; streams × window, and what
 * windows have grown, is thus the most that a peer can make us hold.
 */
record Codec(
        Http2Connection connection,
        Http2ConnectionDecoder decoder,
        Http2ConnectionEncoder encoder,
        Http2Settings settings) {

    /** Streams that one client may have open. */
    static final int MAX_STREAMS = 256;

    /** Bytes of one stream that its sender may have under way, to begin with. */
    static final int STREAM_WINDOW = 256 * 1024;

    /** To what a stream's window grows while its reader keeps up. */
    static final int MAX_STREAM_WINDOW = 4 * 1024 * 1024;

    /** By how much all windows of a connection may have grown together. */
    static final int MAX_GROWTH = 16 * 1024 * 1024;

    /** Bytes of all streams that may be under way. */
    static final int CONNECTION_WINDOW = 8 * 1024 * 1024;

    /** Bytes of a head's names and values, with 32 for each field, as HTTP/1.1's limit. */
    static final int MAX_HEAD = 60 * 1024;

    /** Secrets that must not enter a compression table. Source: RFC 7541 §7.1.3. */
    private static final SensitivityDetector SECRETS =
            (name, _) ->
                    name.length() == HttpHeaderNames.AUTHORIZATION.length()
                            && HttpHeaderNames.AUTHORIZATION.contentEquals(name);

    static Codec server() {
        Codec codec =
                of(
                        true,
                        new Http2Settings()
                                .maxConcurrentStreams(MAX_STREAMS)
                                .connectProtocolEnabled(true));
        // now, and not when the client cares to acknowledge it
        codec.connection.remote().maxActiveStreams(MAX_STREAMS);
        return codec;
    }

    static Codec client() {
        return of(false, new Http2Settings().pushEnabled(false).maxConcurrentStreams(0));
    }

    private static Codec of(boolean server, Http2Settings settings) {
        settings.initialWindowSize(STREAM_WINDOW).maxHeaderListSize(MAX_HEAD);
        Http2Connection connection = new DefaultHttp2Connection(server, 0);
        connection
                .local()
                .flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true));
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(
                                connection, new UniformStreamByteDistributor(connection)));
        Http2ConnectionEncoder encoder =
                new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter(SECRETS));
        Http2ConnectionDecoder decoder =
                new DefaultHttp2ConnectionDecoder(
                        connection,
                        encoder,
                        new DefaultHttp2FrameReader(new HeadDecoder()),
                        Http2PromisedRequestVerifier.ALWAYS_VERIFY,
                        true,
                        true,
                        true);
        return new Codec(connection, decoder, encoder, settings);
    }

    private static final class HeadDecoder extends DefaultHttp2HeadersDecoder {

        HeadDecoder() {
            super(true, MAX_HEAD);
        }

        @Override
        protected Http2Headers newHeaders() {
            return new Head();
        }
    }
}
