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

    /**
     * The response will not come, or not end.
     *
     * @param untouched no byte of a response was seen and the connection had served before: the
     *     other side may simply have closed an idle connection
     */
    void reset(ResponseFlag flag, boolean untouched);
}
