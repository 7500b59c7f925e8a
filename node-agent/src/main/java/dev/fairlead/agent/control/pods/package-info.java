/**
 * The pods of this node: told of by the pod socket, enrolled and un-enrolled in the order that
 * loses no connection, kept on disk, and held to their rules. Each pod has one owner, a virtual
 * thread.
 *
 * <p>What it needs of others is declared here as small interfaces; the composition root joins them.
 * Imports the model, the wire and iptables-init.
 */
@NullMarked
package dev.fairlead.agent.control.pods;

import org.jspecify.annotations.NullMarked;
