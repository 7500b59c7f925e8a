/**
 * Active health checks: endpoints are asked again and again how they are, once for all pods of a
 * node. Implements {@link dev.fairlead.agent.data.upstream.EndpointChecks}, and asks over
 * connections that data.upstream makes.
 */
@NullMarked
package dev.fairlead.agent.data.health;

import org.jspecify.annotations.NullMarked;
