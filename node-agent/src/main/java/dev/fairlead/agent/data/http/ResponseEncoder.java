package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Netty's response encoder, told of HEAD requests, whose responses have no body. */
public final class ResponseEncoder extends HttpResponseEncoder {

    private boolean head;

    /** What the next response answers. */
    public void answering(boolean headRequest) {
        head = headRequest;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
        return head || super.isContentAlwaysEmpty(response);
    }
}
