package dev.fairlead.agent.model.route;

import java.time.Duration;

/**
 * One rule of a virtual host.
 *
 * @param name as the control plane named it, may be empty
 * @param timeout for the whole response, counted from the end of the request; zero: none
 */
public record Route(String name, RouteMatch match, RouteAction action, Duration timeout) {}
