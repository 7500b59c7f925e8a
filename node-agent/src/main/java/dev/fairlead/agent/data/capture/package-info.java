/**
 * A pod's own sockets: the agent's listeners and upstream sockets live in the pod's network
 * namespace, though its threads do not. Finds out where a captured connection wanted to go, and
 * refuses what must never be carried.
 *
 * <p>Called by the proxy when a pod joins or leaves, and for every upstream connection. Imports the
 * model, the stats, Netty, and iptables-init for its constants.
 */
@NullMarked
package dev.fairlead.agent.data.capture;

import org.jspecify.annotations.NullMarked;
