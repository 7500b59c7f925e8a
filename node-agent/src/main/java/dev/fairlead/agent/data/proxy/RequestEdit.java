package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.ConnectionHeader;
import dev.fairlead.agent.data.http.HeaderNames;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/** A request head on its way out: edited in place, once, after it was routed. */
final class RequestEdit {

    private RequestEdit() {}

    /**
     * Removes what concerned the client's hop only, and lets the router say its part.
     *
     * @param http10 the client knows HTTP/1.0 only; the upstream is asked in 1.1
     */
    static void forUpstream(HttpRequest head, boolean http10, HttpRouter router) {
        HttpHeaders headers = head.headers();
        ConnectionHeader.removeHopByHop(headers);
        router.edit(head);
        if (expectsContinue(head)) {
            headers.remove(HttpHeaderNames.EXPECT); // answered by us; HTTP/1.0 waits for nothing
        }
        if (http10) {
            head.setProtocolVersion(HttpVersion.HTTP_1_1);
            if (!headers.contains(HttpHeaderNames.HOST)) {
                var asked = router.destination();
                headers.set(
                        HttpHeaderNames.HOST,
                        asked.getAddress().getHostAddress() + ":" + asked.getPort());
            }
        }
    }

    /** What every proxy of the mesh adds, where it is not there. */
    static void introduce(HttpHeaders headers, HttpRouter router) {
        if (router.manager().generateRequestId() && !headers.contains(HeaderNames.X_REQUEST_ID)) {
            headers.add(HeaderNames.X_REQUEST_ID, RequestIds.next(router.random()));
        }
        if (!headers.contains(HeaderNames.X_FORWARDED_PROTO)) {
            headers.add(HeaderNames.X_FORWARDED_PROTO, "http");
        }
        if (!router.manager().via().isEmpty()) {
            appendVia(headers, router.manager().via());
        }
    }

    static void appendVia(HttpHeaders headers, String via) {
        String before = headers.get(HttpHeaderNames.VIA);
        headers.set(HttpHeaderNames.VIA, before == null ? via : before + ", " + via);
    }

    static boolean expectsContinue(HttpRequest head) {
        String expected = head.headers().get(HttpHeaderNames.EXPECT);
        return expected != null && HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected);
    }
}
