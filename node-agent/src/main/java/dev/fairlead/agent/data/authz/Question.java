package dev.fairlead.agent.data.authz;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;

/** A request that asks an authorizer, and how its answer is read. */
public interface Question {

    /** Made anew for each time that it is sent. */
    HttpRequest head();

    LastHttpContent body();

    boolean http2();

    /**
     * @param trailers of the answer
     */
    Verdict read(int status, HttpHeaders headers, byte[] body, HttpHeaders trailers);
}
