package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.ConnectionHeader;
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

    static boolean expectsContinue(HttpRequest head) {
        String expected = head.headers().get(HttpHeaderNames.EXPECT);
        return expected != null && HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected);
    }
}
