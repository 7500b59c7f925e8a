package dev.fairlead.agent.model.route;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a virtual host.
 *
 * @param name as the control plane named it, may be empty
 * @param timeout for the whole response, counted from the end of the request; zero: none
 * @param grpcTimeout upper bound of what a {@code grpc-timeout} header may ask for; zero: none;
 *     null: the header is not read
 */
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        Duration timeout,
        @Nullable Duration grpcTimeout,
        RoutePolicy policy) {

    public Route(
            String name,
            RouteMatch match,
            RouteAction action,
            Duration timeout,
            @Nullable Duration grpcTimeout) {
        this(name, match, action, timeout, grpcTimeout, RoutePolicy.NONE);
    }

    public Route(String name, RouteMatch match, RouteAction action, Duration timeout) {
        this(name, match, action, timeout, null);
    }

    /** The same, with this policy. */
    public Route with(RoutePolicy other) {
        return new Route(name, match, action, timeout, grpcTimeout, other);
    }
}
