package dev.fairlead.wire.tokens;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only calls with a known token through, and puts the {@link Caller} into the gRPC Context.
 * All others end UNAUTHENTICATED, are counted and logged. Thread: any.
 */
public final class TokenAuthInterceptor implements ServerInterceptor {

    private static final Logger log = LoggerFactory.getLogger(TokenAuthInterceptor.class);

    private final Authenticator tokens;
    private final LongAdder refused = new LongAdder();

    public TokenAuthInterceptor(Authenticator tokens) {
        this.tokens = tokens;
    }

    /** Calls refused so far. */
    public long refused() {
        return refused.sum();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        @Nullable Caller caller;
        try {
            caller = callerOf(headers);
        } catch (IOException e) {
            log.warn("tokens cannot be read reason=\"{}\"", e.getMessage());
            call.close(Status.UNAVAILABLE.withDescription("tokens not ready"), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        if (caller == null) {
            refused.increment();
            log.warn(
                    "call refused reason=\"unknown token\" method={} peer={}",
                    call.getMethodDescriptor().getFullMethodName(),
                    call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
            call.close(Status.UNAUTHENTICATED.withDescription("unknown token"), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return Contexts.interceptCall(
                Context.current().withValue(Caller.KEY, caller), call, headers, next);
    }

    private @Nullable Caller callerOf(Metadata headers) throws IOException {
        String value = headers.get(BearerToken.AUTHORIZATION);
        return value == null || !value.startsWith(BearerToken.PREFIX)
                ? null
                : tokens.callerOf(value.substring(BearerToken.PREFIX.length()));
    }
}
