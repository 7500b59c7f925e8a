/**
 * The protocol on the agent's pod socket: who runs pods on a node (the lab, later a CNI plugin)
 * tells the agent of each. One JSON object a line, one answer a line, over a Unix stream socket.
 */
@NullMarked
package dev.fairlead.wire.pods;

import org.jspecify.annotations.NullMarked;
