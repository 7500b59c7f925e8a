package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/** A status by its code alone; one that nobody registered is called "Unknown", as by Envoy. */
public final class StatusLine {

    private StatusLine() {}

    public static HttpResponseStatus of(int code) {
        HttpResponseStatus status = HttpResponseStatus.valueOf(code);
        // for a code that it does not know Netty makes up "Server Error (555)"
        return status.reasonPhrase().endsWith(")")
                ? new HttpResponseStatus(code, "Unknown")
                : status;
    }
}
