package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/**
 * Who waits for a response. All calls come on the pod's loop; {@link #reset} or the last content
 * ends them.
 */
public interface ResponseSink {

    /** An interim (1xx) head. */
    void interim(HttpResponse head);

    /** The head of the response. */
    void head(HttpResponse head);

    /** A piece of the body, or its end ({@code LastHttpContent}); the sink releases it. */
    void content(HttpContent content);

    /** Nothing more is at hand for now: flush. */
    void pause();

    /** The upstream takes bytes again, or no longer. */
    void writable(boolean yes);

    /** Whether the other side has done anything for a request that it did not answer. */
    enum Processed {
        /** It says so itself, or was never sent the request. */
        NO,
        /** No byte came, on a connection that had served: it may have closed an idle one. */
        UNLIKELY,
        PERHAPS
    }

    /** The response will not come, or not end. */
    void reset(ResponseFlag flag, Processed processed);
}
