package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.DateHeader;
import dev.fairlead.agent.data.http.HeaderNames;
import dev.fairlead.agent.model.listener.HttpManager;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;

/**
 * What a listener says in every response, an upstream's or one of ours, after the route has had its
 * say. Source: Envoy, HttpConnectionManager, server_header_transformation, via.
 */
final class ResponseEdit {

    private ResponseEdit() {}

    static void forDownstream(HttpHeaders headers, HttpRequest request, HttpManager manager) {
        switch (manager.serverHeader()) {
            case OVERWRITE -> headers.set(HttpHeaderNames.SERVER, manager.serverName());
            case APPEND_IF_ABSENT -> {
                if (!headers.contains(HttpHeaderNames.SERVER)) {
                    headers.set(HttpHeaderNames.SERVER, manager.serverName());
                }
            }
            case PASS_THROUGH -> {}
        }
        if (!headers.contains(HttpHeaderNames.DATE)) {
            headers.set(HttpHeaderNames.DATE, DateHeader.at(System.currentTimeMillis()));
        }
        if (!manager.via().isEmpty()) {
            RequestEdit.appendVia(headers, manager.via());
        }
        if (manager.requestIdInResponse()) {
            String id = request.headers().get(HeaderNames.X_REQUEST_ID);
            if (id != null) {
                headers.set(HeaderNames.X_REQUEST_ID, id);
            }
        }
    }
}
